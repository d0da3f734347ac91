import type { WindowCounts } from '../counts.js';
import { evidenceOf, NO_EVIDENCE, plus, scoresOf, type RatioEvidence } from '../evidence.js';
import type { Budgets, RatioLimits } from '../limits.js';

/** What both versions are expected to get together. */
export interface ExpectedTraffic {
  readonly requestsPerSecond: number;
  /** The primary's share of failed requests, 0 to 1. */
  readonly primaryErrors: number;
}

/** The course of a release whose metric has these limits and budgets. */
export interface ExpectedCourse {
  readonly weights: readonly number[];
  readonly intervalSeconds: number;
  readonly steps: 'guard' | 'prove';
  readonly promotion: 'guard' | 'prove';
  readonly limits: RatioLimits;
  readonly budgets: Budgets;
  /** The canary is compared with a fresh baseline, which gets as many requests; with the primary where undefined. */
  readonly against?: 'baseline';
}

export interface ExpectedEnd {
  readonly end: 'promoted' | 'rolled-back' | 'undecided';
  readonly seconds: number;
  /** Failed requests of the canary's until then. */
  readonly hurt: number;
}

/** Longest useful wait for evidence. */
const LONGEST_SECONDS = 7 * 86_400;

/**
 * About how long it takes at one weight until the evidence decides, if both versions get exactly the expected counts.
 * Half of all releases take longer, so it is an estimate and no bound.
 *
 * @param weight percent on the canary, above 0 and below 100
 * @param ratio the canary's failure rate as a multiple of the primary's
 * @returns seconds; undefined where a week isn't enough
 */
export function secondsUntil(
  verdict: 'FAIL' | 'PASS',
  traffic: ExpectedTraffic,
  { weight, ratio }: { readonly weight: number; readonly ratio: number },
  { limits, budgets, against }: Pick<ExpectedCourse, 'limits' | 'budgets' | 'against'>,
): number | undefined {
  const second = evidenceOf(expectedWindow(traffic, { weight, ratio, seconds: 1, against }), limits);
  const isDecided = (seconds: number): boolean => decided(times(second, seconds), budgets)[verdict];
  if (!isDecided(LONGEST_SECONDS)) return undefined;
  let [low, high] = [0, LONGEST_SECONDS];
  while (high - low > 0.5) {
    const middle = (low + high) / 2;
    if (isDecided(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** A whole release in which every window is as expected. */
export function expectedEnd(traffic: ExpectedTraffic, ratio: number, course: ExpectedCourse): ExpectedEnd {
  const { weights, intervalSeconds, limits, budgets, against } = course;
  let evidence = NO_EVIDENCE;
  let [seconds, hurt] = [0, 0];
  for (const [step, weight] of weights.entries()) {
    const proof = step === weights.length - 1 ? course.promotion : course.steps;
    const window = expectedWindow(traffic, { weight, ratio, seconds: intervalSeconds, against });
    const added = evidenceOf(window, limits);
    const before = evidence;
    const after = (windows: number) => plus(before, times(added, windows));
    const most = Math.ceil((LONGEST_SECONDS - seconds) / intervalSeconds);
    const isOver = (windows: number): boolean => {
      const { FAIL, PASS } = decided(after(windows), budgets);
      return FAIL || (proof === 'prove' && PASS);
    };
    const windows = proof === 'guard' ? 1 : firstOf(most, isOver);
    evidence = after(windows ?? most);
    seconds += intervalSeconds * (windows ?? most);
    hurt += window.canary.bad * (windows ?? most);
    if (windows === undefined) return { end: 'undecided', seconds, hurt };
    if (decided(evidence, budgets).FAIL) return { end: 'rolled-back', seconds, hurt };
  }
  return { end: 'promoted', seconds, hurt };
}

/** The smallest whole number from 1 to `most` for which a condition starts to hold. */
function firstOf(most: number, isSo: (n: number) => boolean): number | undefined {
  if (!isSo(most)) return undefined;
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isSo(middle)) high = middle;
    else low = middle;
  }
  return high;
}

interface ExpectedShare {
  readonly against: ExpectedCourse['against'];
  readonly weight: number;
  readonly ratio: number;
  readonly seconds: number;
}

function expectedWindow(
  { requestsPerSecond, primaryErrors }: ExpectedTraffic,
  { weight, ratio, seconds, against }: ExpectedShare,
): WindowCounts {
  const arm = (share: number, errors: number) => {
    const requests = requestsPerSecond * seconds * share;
    return { requests, bad: requests * Math.min(1, errors) };
  };
  const others = 100 - weight;
  const compared = against === 'baseline' ? Math.min(weight, others) : others;
  return { canary: arm(weight / 100, primaryErrors * ratio), primary: arm(compared / 100, primaryErrors) };
}

/**
 * A part of the evidence is about canaries that turn bad late: for one that is bad from the first window, a quarter is
 * missing.
 */
const SHARED = 4 / 3;

function decided(evidence: RatioEvidence, { falseRollback, wrongPromotion }: Budgets) {
  const { fail, pass } = scoresOf(evidence);
  return { FAIL: fail >= Math.log(SHARED / falseRollback), PASS: pass >= Math.log(1 / wrongPromotion) };
}

function times({ worse, above, near, below }: RatioEvidence, by: number): RatioEvidence {
  const all = (logs: readonly number[]) => logs.map((log) => log * by);
  return { worse: all(worse), above: all(above), near: all(near), below: all(below) };
}
