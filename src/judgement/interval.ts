import { demandCounts, type WindowCounts } from './counts.js';
import { FACTORS } from './evidence.js';
import { logMeanExp } from './numbers.js';

/** References are spaced by a factor of 2^(1/4), from 2^-10 to 2^10. */
const STEPS_PER_DOUBLING = 4;
const OCTAVES = 10;
const POINTS = 2 * OCTAVES * STEPS_PER_DOUBLING + 1;
/** Ratios that an interval can end at; alternatives lie up to three doublings beyond. */
const WIDEST = 2 ** (OCTAVES - 3);

/**
 * What all windows so far say about every ratio: 82 numbers, however many windows they come from.
 *
 * The logarithm of likelihoods of two ratios is `canaryBad·ln(θ/θ*) + S(θ*) − S(θ)` with
 * `S(θ) = Σ bad·ln(θ·n_c + n_p)`: one sum a reference is enough, and it is smooth between them.
 */
export interface RatioMemory {
  readonly canaryBad: number;
  /** S relative to S(1), at the references in ascending order. */
  readonly sums: readonly number[];
}

/** Where the ratio canary : primary lies; `upper` is undefined where nothing bounds it. */
export interface RatioInterval {
  readonly lower: number;
  readonly upper: number | undefined;
}

export const NOTHING_REMEMBERED: RatioMemory = { canaryBad: 0, sums: Array.from({ length: POINTS }, () => 0) };

/** @throws RangeError where counts aren't counts */
export function remembering(before: RatioMemory, window: WindowCounts): RatioMemory {
  demandCounts(window);
  const { canary, primary } = window;
  if (canary.requests === 0 || primary.requests === 0) return before;
  const bad = canary.bad + primary.bad;
  const all = canary.requests + primary.requests;
  return {
    canaryBad: before.canaryBad + canary.bad,
    sums: before.sums.map(
      (sum, i) => sum + bad * Math.log((referenceAt(i) * canary.requests + primary.requests) / all),
    ),
  };
}

/**
 * The confidence sequence: at all times together it misses a ratio that stays the same with at most the probability
 * `miss` (with `dispersion` 1; see docs/judgement.md).
 *
 * @param miss for example 0.05 for 95%
 */
export function ratioInterval(memory: RatioMemory, miss: number, dispersion: number): RatioInterval {
  const limit = Math.log(2 / miss);
  // Both fall, and rise, with the reference: what is too low, or too high, lies on one side.
  const tooLow = (theta: number) => evidenceAgainst(memory, theta, dispersion, 'low') >= limit;
  const tooHigh = (theta: number) => evidenceAgainst(memory, theta, dispersion, 'high') >= limit;
  const lower = tooLow(1 / WIDEST) ? border(tooLow) : 0;
  const upper = tooHigh(WIDEST) ? border((theta) => !tooHigh(theta)) : undefined;
  return { lower, upper };
}

/** Whether {@link ratioInterval} would contain a ratio, without computing its ends. */
export function isCovered(memory: RatioMemory, theta: number, miss: number, dispersion: number): boolean {
  const limit = Math.log(2 / miss);
  return (['low', 'high'] as const).every((side) => evidenceAgainst(memory, theta, dispersion, side) < limit);
}

/** The ratio that explains the counts best; undefined where neither version had a bad request, or the primary none. */
export function likeliestRatio(memory: RatioMemory): number | undefined {
  if (memory.sums.every((sum) => sum === 0)) return undefined;
  const slope = (theta: number) =>
    memory.canaryBad - (sumAt(memory, theta * 1.001) - sumAt(memory, theta / 1.001)) / (2 * Math.log(1.001));
  if (slope(WIDEST) >= 0) return undefined;
  return slope(1 / WIDEST) <= 0 ? 0 : border((theta) => slope(theta) > 0);
}

function evidenceAgainst(memory: RatioMemory, theta: number, dispersion: number, side: 'low' | 'high'): number {
  const at = sumAt(memory, theta);
  return logMeanExp(
    FACTORS.map((factor) => {
      const g = side === 'low' ? factor : 1 / factor;
      return (memory.canaryBad * Math.log(g) + at - sumAt(memory, theta * g)) / dispersion;
    }),
  );
}

/** S between the references by the cubic through the four nearest ones. */
function sumAt({ sums }: RatioMemory, theta: number): number {
  const position = (Math.log2(theta) + OCTAVES) * STEPS_PER_DOUBLING;
  const first = Math.min(Math.max(Math.floor(position) - 1, 0), POINTS - 4);
  const t = position - first;
  const [a = 0, b = 0, c = 0, d = 0] = sums.slice(first, first + 4);
  return (
    (-a * (t - 1) * (t - 2) * (t - 3)) / 6 +
    (b * t * (t - 2) * (t - 3)) / 2 -
    (c * t * (t - 1) * (t - 3)) / 2 +
    (d * t * (t - 1) * (t - 2)) / 6
  );
}

function referenceAt(index: number): number {
  return 2 ** (index / STEPS_PER_DOUBLING - OCTAVES);
}

/** Ten digits would say no more than six do. */
const BISECTIONS = 24;

/** The point up to which `isBelow` holds, by bisection of the logarithm. */
function border(isBelow: (theta: number) => boolean): number {
  let low = -Math.log(WIDEST);
  let high = Math.log(WIDEST);
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (low + high) / 2;
    if (isBelow(Math.exp(middle))) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
