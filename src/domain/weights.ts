import type { CanaryStrategy, Strategy } from './policy.js';

/** How the traffic is divided, in percent; the two add up to 100. */
export interface Weights {
  readonly primary: number;
  readonly canary: number;
  /** The canary also gets copies of the primary's requests; its answers to those reach no user. */
  readonly mirrored?: true;
  /**
   * Of the primary's part, as much as the canary gets goes to a fresh baseline of the primary's version, or all of it
   * where it is less.
   */
  readonly baseline?: true;
  /** The canary serves all users, not only the audience of an A/B test, because the primary can't. */
  readonly everybody?: true;
}

export const ALL_TO_PRIMARY: Weights = { primary: 100, canary: 0 };
export const ALL_TO_CANARY: Weights = { primary: 0, canary: 100 };
/** Where the primary can't serve, the audience no longer matters. */
export const EVERYBODY_TO_CANARY: Weights = { primary: 0, canary: 100, everybody: true };
export const MIRRORED: Weights = { primary: 100, canary: 0, mirrored: true };

export function canaryAt(weight: number): Weights {
  return { primary: 100 - weight, canary: weight };
}

/** Each one's share; together 100. Without a baseline its share is 0. */
export function sharesOf({ primary, canary, baseline }: Weights): Record<'primary' | 'canary' | 'baseline', number> {
  const beside = baseline ? Math.min(canary, primary) : 0;
  return { primary: primary - beside, canary, baseline: beside };
}

/**
 * The weights for such shares.
 *
 * @returns undefined where the shares don't add up to 100
 */
export function dividedAs({ primary, canary, baseline }: ReturnType<typeof sharesOf>): Weights | undefined {
  if (primary + canary + baseline !== 100) return undefined;
  return { primary: primary + baseline, canary, ...(baseline > 0 ? { baseline: true } : {}) };
}

/** With a baseline beside the canary, where the canary gets any requests. */
export function besideBaseline(weights: Weights): Weights {
  return sharesOf({ ...weights, baseline: true }).baseline > 0 && !weights.mirrored
    ? { ...weights, baseline: true }
    : weights;
}

/** Picks the weights' fields from a larger object. */
export function weightsIn({ primary, canary, mirrored, baseline, everybody }: Weights): Weights {
  return {
    primary,
    canary,
    ...(mirrored ? { mirrored } : {}),
    ...(baseline ? { baseline } : {}),
    ...(everybody ? { everybody } : {}),
  };
}

/**
 * The weight after `current`, never above `maxWeight`.
 *
 * @returns undefined where the analysis has reached its maximum, and promotion comes next
 */
export function nextWeight(strategy: CanaryStrategy, current: number): number | undefined {
  if (current >= strategy.maxWeight) return undefined;
  const wanted = strategy.weights?.find((weight) => weight > current) ?? current + (strategy.stepWeight ?? 100);
  return Math.min(wanted, strategy.maxWeight);
}

/** The division after `current` while traffic moves back to the promoted primary. */
export function nextPromotionWeights(strategy: Strategy, current: Weights): Weights {
  const step = strategy.stepWeightPromotion === 0 ? 100 : strategy.stepWeightPromotion;
  return canaryAt(Math.max(0, current.canary - step));
}
