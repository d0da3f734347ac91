import { isAvailable, type Findings, type Readiness } from '../findings.js';
import { lostAt, readinessOf, servesNobody } from './patience.js';
import type { Revision } from '../revision.js';
import { intervalMs, policyOf, type ReleaseState } from '../state.js';
import type { Step } from './step.js';
import type { Weights } from '../weights.js';

/**
 * Ways out for a Canary whose primary can't serve: the revision that users have released since, old or new, is the fix,
 * so it must not wait for the primary that it fixes.
 */

/**
 * Whether a new revision waits for a primary that isn't ready.
 *
 * @returns undefined where it doesn't: the primary serves, or it won't recover within its deadline, or it has served no
 *   users for an interval
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
 * Whether the primary is given up during a release: it serves no users, and only the revision under analysis can fix
 * it. Where some of its pods serve, users are better off with them than with a revision on trial.
 *
 * @param primary its readiness, by the release's own clock as well
 */
export function isLost(s: ReleaseState, { world }: Findings, primary: Readiness, now: number): boolean {
  return world.edition === 3 && servesNobody(s, primary, now);
}

/**
 * The primary is lost while traffic returns to it, in steps or at once: the canary, whose pods still run and were
 * analysed, serves all users until the primary serves again.
 *
 * @param primary its readiness, by the release's own clock as well
 * @param same whether the target still holds the analysed revision
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
 * A lost primary gets users back only after it has served for an interval: pods that crash soon after each start are
 * ready for moments.
 *
 * @param weights where the primary doesn't serve all users yet
 */
export function awaitSteady(s: ReleaseState, { world }: Findings, weights: Weights): Step | undefined {
  const { outage } = s;
  if (world.edition !== 3 || weights.canary === 0 || outage?.servesSince === undefined) return undefined;
  if (outage.servesSince - outage.since < intervalMs(s)) return undefined;
  return { do: 'wait', until: outage.servesSince + intervalMs(s) };
}

/** @returns why the primary is given up in a promotion: it has been flapping for longer than a rollout may take */
export function comesAndGoes(s: ReleaseState, { world }: Findings, now: number): string | undefined {
  const { outage, policy } = s;
  const seconds = policy?.progressDeadlineSeconds;
  if (world.edition !== 3 || outage === undefined || seconds === undefined) return undefined;
  return now < outage.since + seconds * 1000 ? undefined : `no pod of it has served for an interval in ${seconds} s`;
}

/** The release is to fix the primary, which serves no users: all users are better off with the canary. */
export function needsRescue(s: ReleaseState, { world }: Findings, now: number): boolean {
  // Without a router that divides requests users can't be sent elsewhere.
  const canDivide = policyOf(s).routed || world.edition !== 3;
  return canDivide && s.mending === true && !s.stranded && servesNobody(s, world.primary, now);
}

/**
 * The canary serves all users, and its target has changed: its pods are no longer those that were analysed.
 *
 * The promoted version has been in use before, so it keeps serving until the primary has it back. Any other revision is
 * kept from users where the primary's pods suffice: those run the former version and the analysed one, which are both
 * better known.
 */
export function whereStranded(
  s: ReleaseState,
  { world }: Findings,
  seen: Revision,
  compared: 'same' | 'reverted' | 'new',
): Step | undefined {
  if (!s.stranded || world.edition === undefined) return undefined;
  // Seen before, but traffic didn't return then.
  const isLeft = compared === 'same' && s.phase === 'Failed' && s.promoted !== '' && seen.hash === s.promoted;
  if (compared === 'reverted' || isLeft) return { do: 'goBack' };
  const suffices = world.primary.ready || (world.primary.available && world.primary.enough === true);
  return compared === 'new' && suffices ? { do: 'retreat' } : undefined;
}
