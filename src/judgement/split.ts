import { logBeta } from './numbers.js';

/** Requests since the weight was set, or since the split was last found wrong. */
export interface SplitCounts {
  readonly canary: number;
  readonly primary: number;
  /** How many times the counting has started, this one included; each has its share of the budget. */
  readonly begun: number;
}

export const NO_SPLIT: SplitCounts = { canary: 0, primary: 0, begun: 1 };

/** Half of what a uniform prior over all splits weighs: the alternative is "anything else". */
const PRIOR = 1;

/**
 * Whether the requests went where the weight says: an anytime-valid test of a multinomial with a conjugate prior
 * (Lindon and Malek, 2022), for two versions, by exact likelihoods: it holds for three requests as well as for three
 * million.
 *
 * @param weight the canary's share, 0 to 1
 * @param tolerance how much of the smaller share may be missing or surplus before the split counts as wrong, 0 to 1
 * @returns ln of the evidence against a split within the tolerance
 */
export function splitScore({ canary, primary }: SplitCounts, weight: number, tolerance: number): number {
  const total = canary + primary;
  if (total === 0) return 0;
  const margin = tolerance * Math.min(weight, 1 - weight);
  // The tolerated share that explains the counts best: the evidence holds against each of them, so also against it.
  const share = Math.min(Math.max(canary / total, weight - margin), weight + margin);
  const alternative = logBeta(PRIOR + canary, PRIOR + primary) - logBeta(PRIOR, PRIOR);
  return alternative - times(canary, share) - times(primary, 1 - share);
}

/** n·ln(p), and 0 where there is nothing to explain. */
function times(n: number, p: number): number {
  return n === 0 ? 0 : n * Math.log(p);
}

/**
 * @param budget the probability of ever calling a right split wrong, over all weights of a release
 */
export function isSplitWrong(counts: SplitCounts, weight: number, tolerance: number, budget: number): boolean {
  const { begun } = counts;
  return splitScore(counts, weight, tolerance) >= Math.log((begun * (begun + 1)) / budget);
}
