import { isAvailable, type Findings, type Readiness } from '../findings.js';
import { lostAt, readinessOf, servesNobody } from './patience.js';
import type { Revision } from '../revision.js';
import { intervalMs, policyOf, type ReleaseState } from '../state.js';
import type { Step } from './step.js';
import type { Weights } from '../weights.js';

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

/**
 * While traffic comes home, in steps or at once, the primary is lost: the canary, whose pods are still there and were
 * analysed, gets everybody back until the primary serves.
 *
 * @param primary as ready as the release's own clock has it, too
 * @param same whether the target still holds what was analysed
 */
export function shelter(
  s: ReleaseState,
  { world }: Findings,
  primary: Readiness,
  { weights, same }: { readonly weights: Weights; readonly same: boolean },
  now: number,
): Step | undefined {
  if (world.edition !== 3 || !policyOf(s).routed || weights.canary === 100 || !same) return undefined;
  return servesNobody(s, primary, now) && isAvailable(world.canary) ? { do: 'shelter' } : undefined;
}

/**
 * A primary that has been lost gets nobody back before it has served for an interval: pods that crash soon after each
 * start are ready for moments.
 *
 * @param weights where users aren't all with the primary yet
 */
export function awaitSteady(s: ReleaseState, { world }: Findings, weights: Weights): Step | undefined {
  const { outage } = s;
  if (world.edition !== 3 || weights.canary === 0 || outage?.servesSince === undefined) return undefined;
  if (outage.servesSince - outage.since < intervalMs(s)) return undefined;
  return { do: 'wait', until: outage.servesSince + intervalMs(s) };
}

/** @returns why the primary is given up in a promotion: it has come and gone for longer than a rollout may take */
export function comesAndGoes(s: ReleaseState, { world }: Findings, now: number): string | undefined {
  const { outage, policy } = s;
  const seconds = policy?.progressDeadlineSeconds;
  if (world.edition !== 3 || outage === undefined || seconds === undefined) return undefined;
  return now < outage.since + seconds * 1000 ? undefined : `no pod of it has served for an interval in ${seconds} s`;
}

/** The release is to mend the primary, which serves nobody: all users are better off with the canary. */
export function needsRescue(s: ReleaseState, { world }: Findings, now: number): boolean {
  // Where nobody can divide the requests, they can't be sent elsewhere.
  const canDivide = policyOf(s).routed || world.edition !== 3;
  return canDivide && s.mending === true && !s.stranded && servesNobody(s, world.primary, now);
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
