import type { CanaryKey } from '../identity.js';
import type { Phase } from '../phases.js';
import type { Policy, Strategy } from '../policy.js';
import { courseOf, type Course } from './course.js';
import type { Offloaded, RecordEntry } from './record.js';
import type { Revision } from '../revision.js';
import type { ReleaseArtifacts } from './artifacts.js';
import { NO_RELEASE, type Change, type Ending, type OutcomeKind, type RunState } from '../state.js';

/** The result of a closed run: the record of what happened. */
export interface Outcome {
  readonly canary: CanaryKey;
  readonly ending: Ending;
  readonly cause: Change;
  readonly revision: Revision | undefined;
  readonly promoted: string;
  readonly phase: Phase;
  readonly weight: number;
  readonly failedChecks: number;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Without the entries handed over to the archive. */
  readonly record: readonly RecordEntry[];
  readonly recordDropped: number;
  /** Runs of earlier versions lack what follows. */
  readonly handedOver?: Offloaded;
  /** Ids of the release's runs, in order. */
  readonly runs?: readonly string[];
  readonly target?: { readonly kind: string; readonly name: string };
  readonly strategy?: Strategy['kind'];
  readonly shipment?: ReleaseArtifacts;
  /** By the policy in force last. */
  readonly course?: Course;
  /** The workflow that watches the promoted version. */
  readonly watchedBy?: string;
}

/** A release as it is archived: one that has ended, or one whose run was terminated from outside. */
export type EndedRelease = Omit<Outcome, 'ending'> & {
  readonly ending: { readonly kind: OutcomeKind | 'died'; readonly reason: string };
};

/**
 * @param runs of the release
 * @param endedAt milliseconds since 1970
 */
export function outcomeOf(state: RunState, runs: readonly string[], endedAt: number): Outcome {
  const { policy, shipment } = state;
  return {
    canary: state.canary,
    ending: state.ending ?? { kind: 'reconciled', reason: '' },
    cause: state.cause,
    revision: state.applied,
    promoted: state.promoted,
    phase: state.phase,
    weight: state.weight,
    failedChecks: state.failedChecks,
    startedAt: new Date(state.startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    record: state.record,
    recordDropped: state.recordDropped,
    handedOver: state.handedOver,
    runs,
    ...(policy ? ofPolicy(policy, state.iterations) : {}),
    ...(shipment ? { shipment } : {}),
  };
}

function ofPolicy(policy: Policy, iterations: number): Pick<Outcome, 'target' | 'strategy' | 'course'> {
  return {
    target: { kind: policy.targetKind, name: policy.targetName },
    strategy: policy.strategy.kind,
    course: courseOf(policy, iterations),
  };
}

/**
 * A run that has only observed, or corrected drift, leaves nothing to archive; one that was cut short during a release
 * does.
 */
export function isWorthKeeping({ ending, record, handedOver, shipment }: EndedRelease): boolean {
  if (ending.kind !== 'died' && !NO_RELEASE.some((kind) => kind === ending.kind)) return true;
  if ((handedOver?.chunks ?? 0) > 0 || shipment !== undefined) return true;
  return record.some(
    (entry) => OF_RELEASES.includes(entry.what) || (entry.what === 'phase' && entry.phase === 'Progressing'),
  );
}

/** Kinds of entries that only a release writes. */
const OF_RELEASES: readonly RecordEntry['what'][] = ['weight', 'analysis', 'order'];
