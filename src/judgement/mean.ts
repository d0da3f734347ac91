import type { WindowCounts } from './counts.js';
import type { Scores } from './evidence.js';
import type { RatioInterval } from './interval.js';

/**
 * Values between 0 and a largest one, such as a basket's price, of which only number and sum are known. Divided by the
 * largest, each is a fraction of a bad request: as A^x ≤ 1 + x·(A − 1) for x from 0 to 1, every bound on counts of
 * requests that fail with probability q also holds for sums of such values with the mean q (Hoeffding, 1963; see
 * docs/judgement.md).
 */
export interface MeanRule {
  /** No value is larger, or nothing is promised. Above 0, in the values' own unit. */
  readonly atMost: number;
  readonly worse: 'higher' | 'lower';
}

/** Where less is worse, the roles swap: the primary mustn't have so many times as much as the canary. */
export function asRatio({ canary, primary }: WindowCounts, { worse }: MeanRule): WindowCounts {
  return worse === 'higher' ? { canary, primary } : { canary: primary, primary: canary };
}

/** No floor: a small mean isn't a rare failure. */
export function meanScores({ worse, near }: Pick<Scores, 'worse' | 'near'>): Pick<Scores, 'fail' | 'pass'> {
  return { fail: worse, pass: near };
}

/** The canary's value relative to the primary's, where {@link asRatio} may have swapped them. */
export function turnedBack(
  ratio: number | undefined,
  { lower, upper }: RatioInterval,
  { worse }: MeanRule,
): { readonly ratio: number | undefined; readonly interval: RatioInterval } {
  if (worse === 'higher') return { ratio, interval: { lower, upper } };
  return {
    ratio: ratio === undefined || ratio === 0 ? undefined : 1 / ratio,
    interval: { lower: upper === undefined ? 0 : 1 / upper, upper: lower === 0 ? undefined : 1 / lower },
  };
}
