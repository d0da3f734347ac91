import { badShare, type Arm, type WindowCounts } from './counts.js';
import { NO_EVIDENCE, verdictOf, type RatioEvidence, type Scores } from './evidence.js';
import { likeliestRatio, NOTHING_REMEMBERED, ratioInterval, type RatioMemory } from './interval.js';
import type { Budgets, RatioLimits, Verdict } from './limits.js';
import { scoresWithLate, type LateEvidence } from './late.js';
import { meanScores, turnedBack, type MeanRule } from './mean.js';
import type { MetricRule } from './rules.js';
import { slowScores, worstEdge, type SlowEvidence } from './slowness.js';

type Evidence = Pick<MetricEvidence, 'ratio' | 'late'>;

/** What is kept of one metric. */
export interface MetricEvidence {
  readonly ratio: RatioEvidence;
  /** Evidence that it has turned bad at some time; absent in states of earlier versions. */
  readonly late?: LateEvidence;
  readonly memory: RatioMemory;
  readonly canary: Arm;
  readonly primary: Arm;
}

export interface MetricJudgement {
  readonly metric: string;
  readonly verdict: Verdict;
  /** Of latency: requests slower than so many seconds are bad. It is where the versions differ most. */
  readonly edge?: number;
  /** Of means: the means of canary and primary in the metric's unit, and the limit of their ratio. */
  readonly mean?: { readonly canary: number; readonly primary: number; readonly limit: number };
  /** φ, where failures come in bursts, so that the evidence counts less. */
  readonly dispersion?: number;
  /** The canary's bad share divided by the primary's, where it is known. */
  readonly ratio?: number;
  /** The confidence interval of the ratio: 95 %, valid at all times together. */
  readonly lower: number;
  readonly upper?: number;
  /** How far the evidence has come towards FAIL and PASS, 0 to 1. */
  readonly towardsFail: number;
  readonly towardsPass: number;
  /** Of all windows that counted. */
  readonly canary: Arm;
  readonly primary: Arm;
}

/** Of the interval that is shown. */
const MISS = 0.05;

const NO_ARM: Arm = { requests: 0, bad: 0 };
export const NO_METRIC: MetricEvidence = {
  ratio: NO_EVIDENCE,
  memory: NOTHING_REMEMBERED,
  canary: NO_ARM,
  primary: NO_ARM,
};

export function shown(
  rule: MetricRule,
  { memory, canary, primary, ...evidence }: MetricEvidence,
  budgets: Budgets,
): MetricJudgement {
  const { name: metric, limits, mean } = rule;
  const { fail, pass } = scoresBy(rule, evidence);
  const found = { ratio: likeliestRatio(memory), interval: ratioInterval(memory, MISS, limits.dispersion) };
  const { ratio, interval } = mean ? turnedBack(found.ratio, found.interval, mean) : found;
  return {
    metric,
    verdict: verdictOf({ fail, pass }, budgets),
    ...(limits.dispersion === 1 ? {} : { dispersion: rounded(limits.dispersion) }),
    ...(mean ? { mean: meansOf({ canary, primary }, limits, mean) } : {}),
    ...(ratio === undefined ? {} : { ratio: rounded(ratio) }),
    lower: rounded(interval.lower),
    ...(interval.upper === undefined ? {} : { upper: rounded(interval.upper) }),
    towardsFail: progress(fail, budgets.falseRollback),
    towardsPass: progress(pass, budgets.wrongPromotion),
    ...{ canary, primary },
  };
}

function meansOf({ canary, primary }: WindowCounts, { tolerated }: RatioLimits, { atMost, worse }: MeanRule) {
  return {
    canary: rounded(badShare(canary) * atMost),
    primary: rounded(badShare(primary) * atMost),
    limit: rounded(worse === 'higher' ? tolerated : 1 / tolerated),
  };
}

/** Without an interval: the worst of several edges is shown, and no bound covers that choice. */
export function shownByEdge(metric: string, evidence: SlowEvidence | undefined, budgets: Budgets): MetricJudgement {
  const { fail, pass } = slowScores(evidence);
  const { edge, canary, primary } = (evidence && worstEdge(evidence)) ?? { canary: NO_ARM, primary: NO_ARM };
  const slow = badShare(primary);
  return {
    metric,
    verdict: verdictOf({ fail, pass }, budgets),
    ...(edge === undefined ? {} : { edge }),
    ...(slow === 0 ? {} : { ratio: rounded(badShare(canary) / slow) }),
    lower: 0,
    towardsFail: progress(fail, budgets.falseRollback),
    towardsPass: progress(pass, budgets.wrongPromotion),
    ...{ canary, primary },
  };
}

/** The part of the way from no evidence to enough of it; exactly 1 is enough. */
function progress(score: number, budget: number): number {
  const enough = Math.log(1 / budget);
  return score >= enough ? 1 : Math.min(0.99, rounded(Math.max(0, score / enough)));
}

export function scoresBy({ mean }: MetricRule, { ratio, late }: Evidence): Pick<Scores, 'fail' | 'pass'> {
  const scores = scoresWithLate(ratio, late);
  return mean ? meanScores(scores) : scores;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
