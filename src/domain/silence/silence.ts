import { isActive } from '../phases.js';
import type { RunState } from '../state.js';

/**
 * How long a run may wait before it looks again, and how long its silence means nothing: both from here, so that whoever
 * merely waits is never taken for dead.
 */

/** Longest wait between two looks at something a person must mend, in seconds, while nobody is served by a canary. */
const LONGEST_AT_REST = 300;
/** Before it is known how often a Canary is looked at, in seconds. */
const UNKNOWN_INTERVAL = 10;
/** What a look takes besides waiting, in seconds. */
const WORK = 4;

/** Longest wait between two looks at something a person must mend, in seconds. */
export function longestWait({ phase, policy }: Pick<RunState, 'phase' | 'policy'>): number {
  return isActive(phase) ? (policy?.intervalSeconds ?? UNKNOWN_INTERVAL) : LONGEST_AT_REST;
}

/** For how long a Lease is taken, and from when on it is renewed, in seconds. */
export interface Patience {
  readonly seconds: number;
  readonly renewBelow: number;
}

/**
 * A Lease that is looked at once a wait has, at any moment, a whole term left: whatever stops the looking for less than
 * that ends no release.
 *
 * @param minimumSeconds shortest term, however short the analysis interval
 * @param waitSeconds longest time between two looks
 */
export function patienceOf(minimumSeconds: number, intervalSeconds: number, waitSeconds = intervalSeconds): Patience {
  const term = Math.max(minimumSeconds, 3 * intervalSeconds);
  const look = waitSeconds + Math.min(WORK, waitSeconds);
  return { seconds: term + 2 * look, renewBelow: term + look };
}
