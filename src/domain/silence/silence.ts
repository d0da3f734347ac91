import { isActive } from '../phases.js';
import type { RunState } from '../state.js';

/**
 * How long a run may wait before its next observation, and how long its silence means nothing: both are computed here,
 * so that a waiting run never counts as dead.
 */

/**
 * Longest wait between two observations of something that a user must fix, in seconds, while the canary has no users.
 */
const LONGEST_AT_REST = 300;
/** Before the interval of a Canary's observations is known, in seconds. */
const UNKNOWN_INTERVAL = 10;
/** Duration of an observation apart from waiting, in seconds. */
const WORK = 4;

/** Longest wait between two observations of something that a user must fix, in seconds. */
export function longestWait({ phase, policy }: Pick<RunState, 'phase' | 'policy'>): number {
  return isActive(phase) ? (policy?.intervalSeconds ?? UNKNOWN_INTERVAL) : LONGEST_AT_REST;
}

/** For how long a Lease is taken, and when it is renewed, in seconds. */
export interface Patience {
  readonly seconds: number;
  readonly renewBelow: number;
}

/**
 * A Lease that is checked once per wait always has at least one whole term left: an interruption shorter than that ends
 * no release.
 *
 * @param minimumSeconds shortest term, however short the analysis interval
 * @param waitSeconds longest time between two observations
 */
export function patienceOf(minimumSeconds: number, intervalSeconds: number, waitSeconds = intervalSeconds): Patience {
  const term = Math.max(minimumSeconds, 3 * intervalSeconds);
  const look = waitSeconds + Math.min(WORK, waitSeconds);
  return { seconds: term + 2 * look, renewBelow: term + look };
}
