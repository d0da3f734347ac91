import type { Budgets, RatioLimits } from '../limits.js';

/** What both versions are expected to get. */
export interface Expected {
  /** Of both together, in a window. */
  readonly requestsPerWindow: number;
  /** The primary's share of failed requests, above 0. */
  readonly primaryErrors: number;
  /** Percent on the canary, above 0 and below 100. */
  readonly weight: number;
}

/**
 * About how many windows it takes until a canary is rolled back that fails `ratio` times as often as the primary: the
 * evidence needed, divided by the average gain per window. An estimate, not a bound.
 *
 * @returns Infinity for what is tolerated
 */
export function windowsUntilFail(expected: Expected, ratio: number, limits: RatioLimits, budgets: Budgets): number {
  const { tolerated, dispersion } = limits;
  if (ratio <= tolerated) return Infinity;
  const { requestsPerWindow, primaryErrors, weight } = expected;
  const w = weight / 100;
  const all = 1 - w + w * ratio;
  const [share, reference] = [(w * ratio) / all, (w * tolerated) / (1 - w + w * tolerated)];
  const gain = share * Math.log(share / reference) + (1 - share) * Math.log((1 - share) / (1 - reference));
  const needed = Math.log(1 / budgets.falseRollback) + 0.5 * Math.log(6);
  return (dispersion * needed) / (requestsPerWindow * primaryErrors * all * gain);
}

/** Requests to a canary without any failure that prove it by the floor alone. */
export function cleanRequestsUntilPass({ floor, dispersion }: RatioLimits, { wrongPromotion }: Budgets): number {
  // The mean of two, one of which stays neutral; the best of its four alternatives is a canary that never fails.
  const score = (n: number) => {
    const below = [1 / 64, 1 / 8, 1 / 4, 1 / 2].reduce(
      (sum, h) => sum + Math.exp((n * floor * (1 - h)) / dispersion),
      0,
    );
    return (1 + below / 4) / 2;
  };
  let [low, high] = [0, (20 * dispersion) / floor];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (score(middle) >= 1 / wrongPromotion) high = middle;
    else low = middle;
  }
  return Math.ceil(high);
}
