import { isActive, isResting, type Phase } from './phases.js';
import { compareRevisions, sameRevision, type KnownRevisions, type SeenRevision } from './revision.js';
import type { Change, RunState } from './state.js';

/**
 * What a submitted change means for the run that gets it, by what the submitter says it is about. Only an answer: what
 * happens is decided by what the run sees.
 */
export function compareRevisionHint(
  state: RunState | undefined,
  change: Change,
): 'started' | 'restarts' | 'under-way' | 'queued' | 'noted' {
  if (state === undefined) return 'started';
  if (change.revision === undefined) return 'noted';
  if (change.revision === state.applied?.hash && isActive(state.phase)) return 'under-way';
  switch (state.phase) {
    case 'Progressing':
    case 'WaitingPromotion':
      return 'restarts';
    case 'Promoting':
    case 'Finalising':
      return 'queued';
    default:
      return 'noted';
  }
}

/**
 * Whether a change that is reported when a run has already decided to end says something that the run hasn't seen, and
 * so needs another run.
 */
export function isNews(state: RunState, change: Change): boolean {
  // Nothing waits at a gate any more.
  if (change.kind === 'gate') return false;
  if (change.generation === undefined || (change.kind !== 'spec' && change.kind !== 'target')) return true;
  if (change.generation > state.generation) return true;
  return change.seen !== undefined && (state.applied === undefined || !sameRevision(state.applied, change.seen));
}

/** What the watch process sees of a Canary. */
export interface Observation extends KnownRevisions {
  readonly phase: Phase;
  readonly suspended: boolean;
  /** The present spec can't be carried out. */
  readonly refused: boolean;
  readonly deleting: boolean;
  readonly generation: number;
  /** Generation of the Canary that the last run has dealt with. */
  readonly observedGeneration: number;
  /** Digest of the annotation with the approvals, and the one that the last run has dealt with; empty where none. */
  readonly approvals: string;
  readonly observedApprovals: string;
  /** A run has the Lease. */
  readonly underWay: boolean;
  /** The revision the open run is about. */
  readonly seen: SeenRevision | undefined;
  readonly drift: readonly string[];
}

/**
 * Whether a Canary needs a run, or the run it has needs to look again.
 *
 * @returns what to tell it, or undefined where all is at rest
 */
export function needOf(s: Observation): Change['kind'] | undefined {
  if (s.deleting) return 'deletion';
  if (s.generation > s.observedGeneration || s.approvals !== s.observedApprovals) return 'spec';
  if (s.suspended) return undefined;
  if (!isResting(s.phase) && !s.underWay) return s.refused && !isActive(s.phase) ? undefined : 'recover';
  if (s.seen && isReleaseable(s, s.seen)) return 'target';
  // Before a Canary is initialised most of it isn't there yet, and none of that is drift.
  if (s.drift.length > 0 && s.promoted !== '' && (!s.underWay || isActive(s.phase))) return 'drift';
  return undefined;
}

/** The target holds something new, or no longer holds what an open or failed release is about. */
function isReleaseable(s: Observation, seen: SeenRevision): boolean {
  switch (compareRevisions(s, seen)) {
    case 'new':
      return true;
    case 'reverted':
      return s.phase === 'Failed' || isActive(s.phase);
    case 'same':
      return false;
  }
}
