import type { CanaryStrategy, Strategy } from './policy.js';

/** How the traffic is divided, in percent; the two add up to 100. */
export interface Weights {
  readonly primary: number;
  readonly canary: number;
  /** The canary gets copies of the primary's requests besides; its answers to those reach nobody. */
  readonly mirrored?: true;
  /**
   * Of the primary's part, as much as the canary gets goes to a fresh baseline of the primary's version, or all of it where
   * it is less.
   */
  readonly baseline?: true;
  /** The canary serves everybody, not only the audience of an A/B test: the primary can't. */
  readonly everybody?: true;
}

export const ALL_TO_PRIMARY: Weights = { primary: 100, canary: 0 };
export const ALL_TO_CANARY: Weights = { primary: 0, canary: 100 };
/** Where the primary can't serve, an audience makes no difference any more. */
export const EVERYBODY_TO_CANARY: Weights = { primary: 0, canary: 100, everybody: true };
export const MIRRORED: Weights = { primary: 100, canary: 0, mirrored: true };

export function canaryAt(weight: number): Weights {
  return { primary: 100 - weight, canary: weight };
}

/** What each of them gets; together 100. Without a baseline it gets nothing. */
export function sharesOf({ primary, canary, baseline }: Weights): Record<'primary' | 'canary' | 'baseline', number> {
  const beside = baseline ? Math.min(canary, primary) : 0;
  return { primary: primary - beside, canary, baseline: beside };
}

/**
 * Weights that divide the traffic so.
 *
 * @returns undefined where it isn't all of it
 */
export function dividedAs({ primary, canary, baseline }: ReturnType<typeof sharesOf>): Weights | undefined {
  if (primary + canary + baseline !== 100) return undefined;
  return { primary: primary + baseline, canary, ...(baseline > 0 ? { baseline: true } : {}) };
}

/** With a baseline beside the canary, where that gets any requests. */
export function besideBaseline(weights: Weights): Weights {
  return sharesOf({ ...weights, baseline: true }).baseline > 0 && !weights.mirrored
    ? { ...weights, baseline: true }
    : weights;
}

/** The weights alone, of what holds more. */
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
 * @returns undefined where the analysis has reached its bound and promotion is next
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
