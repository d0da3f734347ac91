import type { WindowCounts } from './counts.js';
import { evidenceOf, FACTORS, scoresOf, type RatioEvidence, type Scores } from './evidence.js';
import type { RatioLimits } from './limits.js';
import { logMeanExp, logSumExp } from './numbers.js';

/**
 * Evidence that a canary has become bad at some time: every window may be the first bad one, so earlier good windows
 * don't count in its favour. 12 numbers and a count, in logarithms.
 */
export interface LateEvidence {
  readonly windows: number;
  readonly worse: readonly number[];
  readonly above: readonly number[];
}

export const NO_LATE_EVIDENCE: LateEvidence = {
  windows: 0,
  worse: FACTORS.map(() => -Infinity),
  above: FACTORS.map(() => -Infinity),
};

/**
 * The k-th window is the first bad one with the prior weight 1/(k(k+1)).
 *
 * @throws RangeError where counts aren't counts
 */
export function withLateWindow(before: LateEvidence, window: WindowCounts, limits: RatioLimits): LateEvidence {
  const added = evidenceOf(window, limits);
  const windows = before.windows + 1;
  const entering = -Math.log(windows * (windows + 1));
  const grown = (logs: readonly number[], news: readonly number[]) =>
    logs.map((log, j) => (news[j] ?? 0) + logSumExp([log, entering]));
  return { windows, worse: grown(before.worse, added.worse), above: grown(before.above, added.above) };
}

/** ln of the evidence against each part of the hypothesis; 0 without any window. */
function lateScores({ windows, worse, above }: LateEvidence): Pick<Scores, 'worse' | 'above'> {
  const unborn = -Math.log(windows + 1);
  const score = (logs: readonly number[]) => logSumExp([logMeanExp(logs), unborn]);
  return { worse: score(worse), above: score(above) };
}

/**
 * Combines evidence from the first window on with evidence for a later turn, at equal shares: earlier good windows
 * can't hide a canary that turns bad late, and the mean of both keeps to the same budget.
 */
export function scoresWithLate(ratio: RatioEvidence, late: LateEvidence | undefined): Scores {
  const { near, below, pass, ...plain } = scoresOf(ratio);
  const since = late ? lateScores(late) : { worse: 0, above: 0 };
  const worse = logMeanExp([plain.worse, since.worse]);
  const above = logMeanExp([plain.above, since.above]);
  return { worse, above, near, below, fail: Math.min(worse, above), pass };
}

/** ln E_fail; 0 without any window. */
export function lateFailScore(evidence: LateEvidence): number {
  const { worse, above } = lateScores(evidence);
  return Math.min(worse, above);
}
