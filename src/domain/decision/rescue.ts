import type { Findings, Readiness } from '../findings.js';
import { lostAt, readinessOf, servesNobody } from './patience.js';
import type { Revision } from '../revision.js';
import { policyOf, type ReleaseState } from '../state.js';
import type { Step } from './step.js';

/**
 * Ways out for a Canary whose primary can't serve: what users have released since, old or new, is the fix, so it must
 * not wait for what it mends.
 */

/**
 * Whether a new revision waits for a primary that isn't ready.
 *
 * @returns undefined where it doesn't: the primary serves, or it won't by itself within its deadline, or it has served
 * nobody for an interval
 */
export function awaitPrimary(s: ReleaseState, { world }: Findings, now: number): Step | undefined {
  const { primary } = world;
  if (primary.ready || policyOf(s).skipAnalysis || s.stranded) return undefined;
  if (world.edition === undefined) return { do: 'awaitReady', of: 'primary', readiness: primary };
  const patient = readinessOf(s, world, 'primary', now);
  if (patient.ready || !patient.retriable || servesNobody(s, primary, now)) return undefined;
  const until = lostAt(s, primary);
  return { do: 'awaitReady', of: 'primary', readiness: patient, ...(until === undefined ? {} : { until }) };
}

/**
 * Whether the primary is given up in the midst of a release: it serves nobody, and what is being analysed is the only
 * thing that can mend it. Where some of its pods serve, users are well with them, and need no revision on trial.
 *
 * @param primary as ready as the release's own clock has it, too
 */
export function isLost(s: ReleaseState, { world }: Findings, primary: Readiness, now: number): boolean {
  return world.edition === 3 && servesNobody(s, primary, now);
}

/** The release is to mend the primary, which serves nobody: all users are better off with the canary. */
export function needsRescue(s: ReleaseState, { world }: Findings, now: number): boolean {
  return s.mending === true && !s.stranded && servesNobody(s, world.primary, now);
}

/**
 * The canary serves everybody, and its target holds something else by now: its pods are no longer what was analysed.
 *
 * The promoted version has been in use before, so it stays in front of the users until the primary has it back. Anything
 * else is kept from them, where the primary's pods suffice: of the former version and the one that was analysed, both
 * are better known.
 */
export function whereStranded(
  s: ReleaseState,
  { world }: Findings,
  seen: Revision,
  compared: 'same' | 'reverted' | 'new',
): Step | undefined {
  if (!s.stranded || world.edition === undefined) return undefined;
  // Seen before, but not brought home then.
  const isLeft = compared === 'same' && s.phase === 'Failed' && s.promoted !== '' && seen.hash === s.promoted;
  if (compared === 'reverted' || isLeft) return { do: 'goBack' };
  const suffices = world.primary.ready || (world.primary.available && world.primary.enough === true);
  return compared === 'new' && suffices ? { do: 'retreat' } : undefined;
}
