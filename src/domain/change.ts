import { isActive, isResting, type Phase } from './phases.js';
import { compareRevisions, sameRevision, type KnownRevisions, type SeenRevision } from './revision.js';
import type { Change, RunState } from './state.js';

/**
 * What a submitted change means for the run that receives it, judged by the revision that the submitter names. Only an
 * answer: the run decides what happens by what it sees.
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
 * A run has decided to end, and a change is reported: does it say something that the run hasn't seen, so that another
 * run is needed?
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
  /** Generation of the Canary that the last run has handled. */
  readonly observedGeneration: number;
  /** Digest of the approvals annotation, now and as the last run has handled it; empty where the Canary has none. */
  readonly approvals: string;
  readonly observedApprovals: string;
  /** A run has the Lease. */
  readonly underWay: boolean;
  /** The revision the open run is about. */
  readonly seen: SeenRevision | undefined;
  readonly drift: readonly string[];
}

/**
 * Whether a Canary needs a run, or its open run needs to look again.
 *
 * @returns the kind of change to report, or undefined where nothing is to be done
 */
export function needOf(s: Observation): Change['kind'] | undefined {
  if (s.deleting) return 'deletion';
  if (s.generation > s.observedGeneration || s.approvals !== s.observedApprovals) return 'spec';
  if (s.suspended) return undefined;
  if (!isResting(s.phase) && !s.underWay) return s.refused && !isActive(s.phase) ? undefined : 'recover';
  if (s.seen && isReleaseable(s, s.seen)) return 'target';
  // Before a Canary is initialised most generated objects don't exist yet, and their absence is no drift.
  if (s.drift.length > 0 && s.promoted !== '' && (!s.underWay || isActive(s.phase))) return 'drift';
  return undefined;
}

/** The target holds something new, or no longer holds the revision of an open or failed release. */
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
