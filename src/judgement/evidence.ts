import { demandCounts, type WindowCounts } from './counts.js';
import type { Budgets, RatioLimits, Verdict } from './limits.js';
import { logMeanExp } from './numbers.js';

/** Alternatives: how many times worse than tolerated, or better than unacceptable, a canary may be. */
export const FACTORS = [1, 2, 3, 4, 5, 6].map((j) => 2 ** (j / 2));
/** Alternatives to a canary at the floor, as fractions of it. */
const PARTS = [1 / 64, 1 / 8, 1 / 4, 1 / 2] as const;

/**
 * Evidence about one metric, in logarithms to base e: 22 numbers, however many windows they come from. Each is a
 * supermartingale that starts at 0 (a factor of 1) as long as its hypothesis holds; `docs/judgement.md` has the proof.
 */
export interface RatioEvidence {
  /** Against "at most the tolerated ratio". */
  readonly worse: readonly number[];
  /** Against "at most the floor". */
  readonly above: readonly number[];
  /** Against "at least the unacceptable ratio". */
  readonly near: readonly number[];
  /** Against "at least the floor". */
  readonly below: readonly number[];
}

/** Logarithms of the factors by which one window, or a whole release, speaks for or against a canary. */
export interface Scores {
  readonly worse: number;
  readonly above: number;
  readonly near: number;
  readonly below: number;
  /** ln E_fail. */
  readonly fail: number;
  /** ln E_pass. */
  readonly pass: number;
}

export const NO_EVIDENCE: RatioEvidence = {
  worse: FACTORS.map(() => 0),
  above: FACTORS.map(() => 0),
  near: FACTORS.map(() => 0),
  below: PARTS.map(() => 0),
};

/**
 * Adds one window to the evidence. A version without requests says nothing about the ratio.
 *
 * @throws RangeError where counts aren't counts
 */
export function withWindow(before: RatioEvidence, window: WindowCounts, limits: RatioLimits): RatioEvidence {
  return plus(before, evidenceOf(window, limits));
}

/** Adds evidence of disjoint windows. */
export function plus(one: RatioEvidence, other: RatioEvidence): RatioEvidence {
  const sum = (a: readonly number[], b: readonly number[]) => a.map((x, i) => x + (b[i] ?? 0));
  return {
    worse: sum(one.worse, other.worse),
    above: sum(one.above, other.above),
    near: sum(one.near, other.near),
    below: sum(one.below, other.below),
  };
}

/** @throws RangeError where counts aren't counts */
export function evidenceOf(window: WindowCounts, limits: RatioLimits): RatioEvidence {
  demandCounts(window);
  const { tolerated, unacceptable, floor, dispersion } = limits;
  const { requests, bad } = window.canary;
  const damped = (x: number) => x / dispersion;
  return {
    worse: FACTORS.map((g) => damped(logLikelihoodRatio(window, tolerated * g, tolerated))),
    above: FACTORS.map((g) => damped(bad * Math.log(g) - requests * floor * (g - 1))),
    near: FACTORS.map((g) => damped(logLikelihoodRatio(window, unacceptable / g, unacceptable))),
    below: PARTS.map((h) => damped(bad * Math.log(h) + requests * floor * (1 - h))),
  };
}

/**
 * How much better the ratio `theta` explains who got the window's bad requests than `reference` does, as a logarithm.
 * With n requests each, the canary's share of bad ones is θ·n_c / (θ·n_c + n_p).
 */
function logLikelihoodRatio({ canary, primary }: WindowCounts, theta: number, reference: number): number {
  if (canary.requests === 0 || primary.requests === 0) return 0;
  const shift = Math.log(
    (reference * canary.requests + primary.requests) / (theta * canary.requests + primary.requests),
  );
  return canary.bad * (Math.log(theta / reference) + shift) + primary.bad * shift;
}

export function scoresOf(evidence: RatioEvidence): Scores {
  const worse = logMeanExp(evidence.worse);
  const above = logMeanExp(evidence.above);
  const near = logMeanExp(evidence.near);
  const below = logMeanExp(evidence.below);
  return { worse, above, near, below, fail: Math.min(worse, above), pass: logMeanExp([near, below]) };
}

/** FAIL goes first: a canary that has both proven itself and failed has changed meanwhile. */
export function verdictOf({ fail, pass }: Pick<Scores, 'fail' | 'pass'>, budgets: Budgets): Verdict {
  if (fail >= Math.log(1 / budgets.falseRollback)) return 'FAIL';
  return pass >= Math.log(1 / budgets.wrongPromotion) ? 'PASS' : 'WAIT';
}
