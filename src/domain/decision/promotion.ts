import type { Findings } from '../findings.js';
import { isAvailable, type Readiness } from '../findings.js';
import { lostAt, readinessOf } from './patience.js';
import { awaitSteady, comesAndGoes, shelter } from './rescue.js';
import type { ReleaseState } from '../state.js';
import { policyOf } from '../state.js';
import { ALL_TO_PRIMARY, nextPromotionWeights, type Weights } from '../weights.js';
import type { Step } from './step.js';
import { compareWithWorld, weightsOf } from './seen.js';

/** Moves the analysed revision into the primary, and users with it. */
export function promoting(s: ReleaseState, f: Findings, now: number): Step {
  const primary = readinessOf(s, f.world, 'primary', now);
  const weights = weightsOf(s, f);
  const retreat = retreatIfOvertaken(s, f, weights);
  if (retreat) return retreat;
  // The primary's former content was not kept, so the target's is copied.
  if (s.returning && !f.world.sameAsPrimary && compareWithWorld(s, f) !== 'new') return { do: 'promote' };
  const unsettled = primaryComesAndGoes(s, f, primary, weights, now);
  if (unsettled) return unsettled;
  if (!primary.ready) {
    if (primary.retriable) return awaitPromoted(s, f, primary);
    return stuckPromotion(s, f, primary.reason);
  }
  const first = growFirst(s, f);
  if (first) return first;
  const { strategy, routed } = policyOf(s);
  return { do: 'movePrimary', weights: routed ? nextPromotionWeights(strategy, weights) : ALL_TO_PRIMARY };
}

/** Users stay with the side that serves, while the primary is lost, or flapping. */
function primaryComesAndGoes(
  s: ReleaseState,
  f: Findings,
  primary: Readiness,
  weights: Weights,
  now: number,
): Step | undefined {
  const same = compareWithWorld(s, f) === 'same';
  if (!primary.ready && !primary.retriable) return undefined;
  const sheltered = primary.ready ? undefined : shelter(s, f, primary, { weights, same }, now);
  if (sheltered) return sheltered;
  const why = comesAndGoes(s, f, now);
  if (why !== undefined) return stuckPromotion(s, f, why);
  return primary.ready ? awaitSteady(s, f, weights) : undefined;
}

function awaitPromoted(s: ReleaseState, f: Findings, readiness: Readiness): Step {
  const until = f.world.edition === 3 ? lostAt(s, readiness) : undefined;
  return { do: 'awaitReady', of: 'primary', readiness, ...(until === undefined ? {} : { until }) };
}

/** The side that gets all of the traffic must have the pods for it. Scaled only once: an autoscaler may know better. */
export function growFirst(s: ReleaseState, { world }: Findings): Step | undefined {
  return world.short === undefined || s.grown ? undefined : { do: 'grow', pods: world.short };
}

/** The canary, which has passed, serves all users; unless its pods have changed since. */
function stuckPromotion(s: ReleaseState, f: Findings, reason: string): Step {
  if (compareWithWorld(s, f) === 'same') return { do: 'failPromotion', reason };
  return { do: 'rollBack', why: { kind: 'primary-lost', reason } };
}

/**
 * The target has changed, or is gone: its pods are no longer those that were analysed. The primary's are, old and new.
 */
export function retreatIfOvertaken(s: ReleaseState, f: Findings, weights: Weights): Step | undefined {
  if (s.stranded || weights.canary === 0 || !isAvailable(f.world.primary)) return undefined;
  const isGone = !f.world.canary.ready && f.world.canary.gone === true;
  return compareWithWorld(s, f) === 'same' && !isGone ? undefined : { do: 'movePrimary', weights: ALL_TO_PRIMARY };
}

/** The primary serves all users: the release ends as soon as it stays that way. */
export function finalising(s: ReleaseState, f: Findings, now: number): Step {
  const primary = readinessOf(s, f.world, 'primary', now);
  if (!primary.ready && !primary.retriable) return stuckPromotion(s, f, primary.reason);
  const same = compareWithWorld(s, f) === 'same';
  if (!primary.ready) {
    return shelter(s, f, primary, { weights: weightsOf(s, f), same }, now) ?? awaitPromoted(s, f, primary);
  }
  return { do: 'finish' };
}
