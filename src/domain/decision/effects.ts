import type { Alert, Notice } from '../notices/notice.js';
import { isActive, type Phase } from '../phases.js';
import type { Revision } from '../revision.js';
import type { RollbackWhy } from './step.js';
import type { RunState } from '../state.js';
import type { Weights } from '../weights.js';

/** The status that a Canary shall have. Condition and times follow from it. */
export interface StatusEffect {
  readonly phase: Phase;
  readonly canaryWeight: number;
  readonly failedChecks: number;
  readonly iterations: number;
  readonly lastAppliedSpec: string;
  readonly lastPromotedSpec: string;
  readonly trackedConfigs: Readonly<Record<string, string>>;
  /** Why a promotion was undone: its phase is that of a failed release, which it isn't. */
  readonly undone?: string;
}

/** A change to the cluster. Each is idempotent: repeating it changes nothing. */
export type Effect =
  /** Records an Event on the Canary. `error` only raises the level of the log line. */
  | {
      readonly do: 'event';
      readonly type: 'Normal' | 'Warning';
      readonly message: string;
      readonly error?: true;
      /** The phase that `event` webhooks get, where it differs from the one that the status has by then. */
      readonly phase?: Phase;
    }
  /** Creates what the primary needs before it can serve: its Services, its copies of configs, its workload. */
  | { readonly do: 'build' }
  /** Corrects all generated objects; a route that is created anew gets these weights. */
  | ({
      readonly do: 'reconcile';
      /** Hash of the revision for a primary that is created anew; earlier versions lack it. */
      readonly runs?: string;
      /** The canary's Service leads to the warm pods of the former version. */
      readonly diverted?: true;
      /** Only what the primary needs: the target still serves users. */
      readonly unserved?: true;
    } & Weights)
  /** Saves what the release is about to replace, and its replacement, for the archive; nothing depends on it. */
  | {
      readonly do: 'keep';
      readonly revision: Revision;
      /** Nothing is replaced: the primary is being created. */
      readonly first?: true;
    }
  | {
      readonly do: 'scaleUp';
      /** Also starts a fresh baseline of the primary's version, of the canary's size. */
      readonly baseline?: true;
    }
  /** Stops the canary's pods, and removes its baseline, if there is one. */
  | { readonly do: 'scaleDown' }
  | ({ readonly do: 'weights' } & Weights)
  /** Scales the primary to at least so many pods: traffic is about to come to it. */
  | { readonly do: 'grow'; readonly pods: number }
  /** Waits until the data plane has applied the weights, so that pods stop only when they get no more requests. */
  | { readonly do: 'drain' }
  /** Copies target and configs to the primary, if they still are of this revision. */
  | { readonly do: 'promote'; readonly revision: Revision }
  | { readonly do: 'status'; readonly status: StatusEffect }
  /** Reports on the Canary's condition that its spec is invalid, or that the API server refuses a write. */
  | {
      readonly do: 'condition';
      readonly message: string;
      readonly refused?: true;
      /** The refusal doesn't block promotion: it only changes the condition's reason. */
      readonly aside?: true;
    }
  /** Finishes the promotion; what a rollback of it would have needed is kept for an undo. */
  | { readonly do: 'settle' }
  /** Keeps pods of the former version ready for an undo. `until` is milliseconds since 1970. */
  | { readonly do: 'keepPrevious'; readonly until: number }
  /** Marks the last promotion as unfinished again: a rollback, by any process, restores the former version. */
  | { readonly do: 'reopen' }
  /** Points the canary's Service at the warm pods of the former version, and waits until it leads to them. */
  | { readonly do: 'divert' }
  /** Restores the former version in the primary. */
  | { readonly do: 'restore' }
  /** Points the canary's Service back at the target, and stops the warm pods. */
  | { readonly do: 'pointBack' }
  /** Scales the target to the primary's size. */
  | { readonly do: 'scaleLikePrimary' }
  /** Gives the target its Service back, undoes the provider's objects, and removes the Canary's finalizer. */
  | { readonly do: 'revert' };

/** What the driver carries out before the state changes. */
export type Decision =
  | { readonly do: 'nothing'; readonly next: RunState }
  | {
      readonly do: 'apply';
      readonly effects: readonly Effect[];
      readonly summary: string;
      readonly next: RunState;
      /** Alerts of this step; `notices` are made from them. */
      readonly alerts?: readonly Alert[];
      /** Sent when all effects have succeeded. */
      readonly notices?: readonly Notice[];
    }
  | {
      readonly do: 'rollBack';
      readonly why: RollbackWhy;
      readonly summary: string;
      /** Events before it, for instance those of the analysis that failed. */
      readonly before: readonly Effect[];
      /** @param servedBy where the traffic went: the canary only where the primary can't serve at all */
      readonly next: (servedBy: 'primary' | 'canary') => RunState;
      readonly alerts?: readonly Alert[];
      readonly notices?: (servedBy: 'primary' | 'canary') => readonly Notice[];
    };

export function statusOf(state: RunState): StatusEffect {
  return {
    phase: state.phase,
    canaryWeight: shownWeight(state),
    failedChecks: state.failedChecks,
    iterations: state.iterations,
    lastAppliedSpec: state.applied?.hash ?? '',
    lastPromotedSpec: state.promoted,
    trackedConfigs: state.applied?.configs ?? {},
    ...(state.ending?.kind === 'undone' ? { undone: state.ending.reason } : {}),
  };
}

/** In an A/B test the audience meets the canary, not a share of the requests: Flagger shows 0. */
function shownWeight({ policy, phase, weight }: RunState): number {
  return policy?.strategy.kind === 'ab' && isActive(phase) ? 0 : weight;
}
