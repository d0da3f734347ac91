import type { Alert, Notice } from '../notices/notice.js';
import { isActive, type Phase } from '../phases.js';
import type { Revision } from '../revision.js';
import type { RollbackWhy } from './step.js';
import type { RunState } from '../state.js';
import type { Weights } from '../weights.js';

/** What a Canary's status shall say. The condition and the times follow from it. */
export interface StatusEffect {
  readonly phase: Phase;
  readonly canaryWeight: number;
  readonly failedChecks: number;
  readonly iterations: number;
  readonly lastAppliedSpec: string;
  readonly lastPromotedSpec: string;
  readonly trackedConfigs: Readonly<Record<string, string>>;
  /** Of a promotion that was undone, in words: the phase is that of a failed release, which this is not. */
  readonly undone?: string;
}

/** Something that is done to the cluster. Each is idempotent: done twice, the second time changes nothing. */
export type Effect =
  /** Records an Event on the Canary. `error` only raises the level of the log line. */
  | {
      readonly do: 'event';
      readonly type: 'Normal' | 'Warning';
      readonly message: string;
      readonly error?: true;
      /** As it is told to `event` webhooks, where that isn't the phase which the status has by then. */
      readonly phase?: Phase;
    }
  /** Makes what the primary needs before it can serve: its Services, its copies of configs, its workload. */
  | { readonly do: 'build' }
  /** Makes all generated objects right; a route that has to be made anew gets these weights. */
  | ({
      readonly do: 'reconcile';
      /** Hash of the revision that a primary which has to be made anew is to run; earlier versions don't say. */
      readonly runs?: string;
      /** The canary's Service leads to the warm pods of the former version. */
      readonly diverted?: true;
      /** Only what the primary needs: users are still served by the target. */
      readonly unserved?: true;
    } & Weights)
  /** Keeps what the release is about to replace, and by what, for the archive; nothing depends on it. */
  | {
      readonly do: 'keep';
      readonly revision: Revision;
      /** Nothing is replaced: the primary is only being made. */
      readonly first?: true;
    }
  | {
      readonly do: 'scaleUp';
      /** Starts a fresh baseline of the primary's version besides, of the canary's size. */
      readonly baseline?: true;
    }
  /** Stops the canary's pods, and removes its baseline, where there is one. */
  | { readonly do: 'scaleDown' }
  | ({ readonly do: 'weights' } & Weights)
  /** Gives the primary at least so many pods: traffic is about to come to it. */
  | { readonly do: 'grow'; readonly pods: number }
  /** Waits until the data plane has taken the weights, so that pods which are still sent requests aren't stopped. */
  | { readonly do: 'drain' }
  /** Copies target and configs to the primary, if they still are this revision. */
  | { readonly do: 'promote'; readonly revision: Revision }
  | { readonly do: 'status'; readonly status: StatusEffect }
  /** Says on the Canary's condition that its spec can't be carried out, or that the API server refuses what is written. */
  | {
      readonly do: 'condition';
      readonly message: string;
      readonly refused?: true;
      /** What is refused keeps nothing from being promoted: only why the condition is as it is changes. */
      readonly aside?: true;
    }
  /** The promotion is finished; what a rollback of it would have needed is kept for an undo. */
  | { readonly do: 'settle' }
  /** Keeps pods of the former version ready for an undo. `until` is milliseconds since 1970. */
  | { readonly do: 'keepPrevious'; readonly until: number }
  /** Takes the last promotion for unfinished again: a rollback, whoever carries it out, puts the former version back. */
  | { readonly do: 'reopen' }
  /** Points the canary's Service at the warm pods of the former version, and waits until it leads to them. */
  | { readonly do: 'divert' }
  /** Puts the former version back into the primary. */
  | { readonly do: 'restore' }
  /** Points the canary's Service back at the target, and stops the warm pods. */
  | { readonly do: 'pointBack' }
  /** Brings the target back to the primary's size. */
  | { readonly do: 'scaleLikePrimary' }
  /** Gives the target its Service back, undoes the provider's objects, and lets go of the Canary. */
  | { readonly do: 'revert' };

/** What the driver carries out before the state moves on. */
export type Decision =
  | { readonly do: 'nothing'; readonly next: RunState }
  | {
      readonly do: 'apply';
      readonly effects: readonly Effect[];
      readonly summary: string;
      readonly next: RunState;
      /** What a step wants people to be told; `notices` is made of it. */
      readonly alerts?: readonly Alert[];
      /** Goes out when all is done. */
      readonly notices?: readonly Notice[];
    }
  | {
      readonly do: 'rollBack';
      readonly why: RollbackWhy;
      readonly summary: string;
      /** What was said before it, for instance by the analysis that failed. */
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

/** In an A/B test it is the audience that meets the canary, not a share of the requests: Flagger shows 0. */
function shownWeight({ policy, phase, weight }: RunState): number {
  return policy?.strategy.kind === 'ab' && isActive(phase) ? 0 : weight;
}
