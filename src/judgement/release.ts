import { compact, compactEvidence } from './compact.js';
import { addArms, badShare, type Arm, type WindowCounts } from './counts.js';
import { NO_EVIDENCE, scoresOf, verdictOf, withWindow, type RatioEvidence, type Scores } from './evidence.js';
import { likeliestRatio, NOTHING_REMEMBERED, ratioInterval, remembering, type RatioMemory } from './interval.js';
import type { Budgets, RatioLimits, Verdict } from './limits.js';
import { asRatio, meanScores, turnedBack, type MeanRule } from './mean.js';
import { logSumExp } from './numbers.js';
import { slowScores, withSlowWindow, worstEdge, type SlowCounts, type SlowEvidence } from './slowness.js';
import { isSplitWrong, NO_SPLIT, type SplitCounts } from './split.js';
import { alarmOf, type Tripwire } from './tripwire.js';

/** By what a release is judged. */
export interface Rules {
  readonly budgets: Budgets;
  /** Each metric's limits, and its part of the budget for false rollbacks; together 1. */
  readonly metrics: readonly MetricRule[];
  readonly tripwire: Tripwire;
  readonly split: {
    /** How much of the smaller share of requests may be missing or too much, 0 to 1. */
    readonly tolerance: number;
    /** The probability of ever calling a right split wrong. */
    readonly budget: number;
  };
}

export interface MetricRule {
  readonly name: string;
  readonly share: number;
  readonly limits: RatioLimits;
  /** It is latency, judged at each edge of a histogram. */
  readonly byEdges?: true;
  /** It is a mean: "bad" is the sum of the values by the largest one that there can be. */
  readonly mean?: MeanRule;
}

/** What a release has shown so far. Plain JSON of a fixed size. */
export interface ReleaseEvidence {
  readonly metrics: Readonly<Record<string, MetricEvidence>>;
  /** Of latency, where that is judged and has been counted. */
  readonly latency?: SlowEvidence;
  readonly split: SplitCounts;
  /** Percent on the canary, of which `split` is. */
  readonly weight: number;
  /** Windows that counted, and those that were read and didn't. */
  readonly windows: number;
  readonly passedOver: number;
}

interface MetricEvidence {
  readonly ratio: RatioEvidence;
  readonly memory: RatioMemory;
  readonly canary: Arm;
  readonly primary: Arm;
}

/** One closed window, of all metrics. */
export interface ReleaseWindow {
  /** Percent of the requests that the canary should have got. */
  readonly weight: number;
  readonly requests: { readonly canary: number; readonly primary: number };
  /** By metric. */
  readonly counts: Readonly<Record<string, WindowCounts>>;
  /** Requests by how slow they were, where that was counted. */
  readonly latency?: SlowCounts;
}

/** Why a window didn't count: requests didn't go where the weight says, or both versions fail. */
export type PassedOver = 'split' | 'both-bad';

export interface MetricJudgement {
  readonly metric: string;
  readonly verdict: Verdict;
  /** Of latency: bad is what took longer than so many seconds. It is where the versions differ most. */
  readonly edge?: number;
  /** Of means: those of the canary's and the primary's values, in their own unit, and the limit of the ratio. */
  readonly mean?: { readonly canary: number; readonly primary: number; readonly limit: number };
  /** The canary's bad share by the primary's, as far as that is known. */
  readonly ratio?: number;
  /** Where the ratio lies, with 95 % at all times together. */
  readonly lower: number;
  readonly upper?: number;
  /** How far the evidence has come towards FAIL and PASS, 0 to 1. */
  readonly towardsFail: number;
  readonly towardsPass: number;
  /** Of all windows that counted. */
  readonly canary: Arm;
  readonly primary: Arm;
}

/** What one window has come to. */
export interface Weighed {
  readonly verdict: Verdict;
  readonly passedOver?: PassedOver;
  /** The metric by which the canary failed at once; no statistics were needed. */
  readonly tripped?: string;
}

export interface Judgement extends Weighed {
  readonly metrics: readonly MetricJudgement[];
}

/** Of the interval that is shown. */
const MISS = 0.05;

export const NOTHING_SHOWN: ReleaseEvidence = {
  metrics: {},
  split: NO_SPLIT,
  weight: 0,
  windows: 0,
  passedOver: 0,
};

/** A release with one window more, what that comes to, and all that people are shown of it. */
export function judge(
  before: ReleaseEvidence,
  window: ReleaseWindow,
  rules: Rules,
): { readonly evidence: ReleaseEvidence; readonly judgement: Judgement } {
  const { evidence, weighed } = weigh(before, window, rules);
  return { evidence, judgement: { ...judgementOf(evidence, rules), ...weighed } };
}

/**
 * A release with one window more, and what that comes to. A simulation and a release call this very function.
 *
 * @throws RangeError where counts aren't counts
 */
export function weigh(
  before: ReleaseEvidence,
  window: ReleaseWindow,
  rules: Rules,
): { readonly evidence: ReleaseEvidence; readonly weighed: Weighed } {
  const divided = withRequests(before, window);
  const alarm = alarmIn(window, rules);
  if (alarm?.is === 'both') return passOver(divided, 'both-bad', rules);
  // A canary that fails at once is one, wherever its requests come from.
  if (alarm === undefined && isWrong(divided, rules)) return passOver(countingAnew(divided), 'split', rules);
  const evidence = { ...withCounts(divided, window, rules), windows: before.windows + 1 };
  if (alarm === undefined) return { evidence, weighed: { verdict: verdictIn(evidence, rules) } };
  return { evidence, weighed: { verdict: 'FAIL', tripped: alarm.metric } };
}

/** What the evidence so far comes to. */
export function judgementOf(evidence: ReleaseEvidence, rules: Rules): Judgement {
  return {
    verdict: verdictIn(evidence, rules),
    metrics: rules.metrics.map((rule) =>
      rule.byEdges
        ? shownByEdge(rule.name, evidence.latency, rules.budgets)
        : shown(rule, evidence.metrics[rule.name] ?? NO_METRIC, rules.budgets),
    ),
  };
}

/** The mean of all metrics' evidence has one budget; each of them passes by itself. */
function verdictIn(evidence: ReleaseEvidence, { budgets, metrics }: Rules): Verdict {
  const scores = metrics.map((rule) => {
    const { fail, pass } = scoresIn(evidence, rule);
    return { fail: Math.log(rule.share) + fail, pass };
  });
  const fail = logSumExp(scores.map((one) => one.fail));
  return verdictOf({ fail, pass: Math.min(...scores.map(({ pass }) => pass)) }, budgets);
}

function scoresIn(evidence: ReleaseEvidence, rule: MetricRule): Pick<Scores, 'fail' | 'pass'> {
  if (rule.byEdges) return slowScores(evidence.latency);
  return scoresBy(rule, (evidence.metrics[rule.name] ?? NO_METRIC).ratio);
}

function scoresBy({ mean }: MetricRule, ratio: RatioEvidence): Pick<Scores, 'fail' | 'pass'> {
  return mean ? meanScores(ratio) : scoresOf(ratio);
}

const NO_ARM: Arm = { requests: 0, bad: 0 };
const NO_METRIC: MetricEvidence = { ratio: NO_EVIDENCE, memory: NOTHING_REMEMBERED, canary: NO_ARM, primary: NO_ARM };

function shown(
  rule: MetricRule,
  { ratio: evidence, memory, canary, primary }: MetricEvidence,
  budgets: Budgets,
): MetricJudgement {
  const { name: metric, limits, mean } = rule;
  const { fail, pass } = scoresBy(rule, evidence);
  const found = { ratio: likeliestRatio(memory), interval: ratioInterval(memory, MISS, limits.dispersion) };
  const { ratio, interval } = mean ? turnedBack(found.ratio, found.interval, mean) : found;
  return {
    metric,
    verdict: verdictOf({ fail, pass }, budgets),
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

/** Without an interval: what is shown is the worst of several edges, which no bound is about. */
function shownByEdge(metric: string, evidence: SlowEvidence | undefined, budgets: Budgets): MetricJudgement {
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

function withRequests(before: ReleaseEvidence, { weight, requests }: ReleaseWindow): ReleaseEvidence {
  const { split } = weight === before.weight ? before : countingAnew(before);
  const { canary, primary, begun } = split;
  const added = { canary: canary + requests.canary, primary: primary + requests.primary, begun };
  return { ...before, weight, split: added };
}

function countingAnew(before: ReleaseEvidence): ReleaseEvidence {
  const isUnused = before.split.canary + before.split.primary === 0;
  const begun = before.split.begun + (isUnused ? 0 : 1);
  return { ...before, split: { canary: 0, primary: 0, begun } };
}

function isWrong({ split, weight }: ReleaseEvidence, { split: { tolerance, budget } }: Rules): boolean {
  const share = weight / 100;
  return share > 0 && share < 1 && isSplitWrong(split, share, tolerance, budget);
}

function alarmIn(
  { counts }: ReleaseWindow,
  { metrics, tripwire }: Rules,
): { readonly metric: string; readonly is: 'canary' | 'both' } | undefined {
  for (const { name, mean } of metrics) {
    // Large values are no disaster.
    const window = mean ? undefined : counts[name];
    const is = window ? alarmOf(window, tripwire) : 'none';
    if (is !== 'none') return { metric: name, is };
  }
  return undefined;
}

function passOver(before: ReleaseEvidence, why: PassedOver, rules: Rules) {
  const evidence = { ...before, passedOver: before.passedOver + 1 };
  return { evidence, weighed: { verdict: verdictIn(evidence, rules), passedOver: why } };
}

function withCounts(before: ReleaseEvidence, { counts, latency }: ReleaseWindow, { metrics }: Rules): ReleaseEvidence {
  const slow = latency && metrics.find(({ byEdges }) => byEdges);
  const counted = metrics.filter(({ byEdges }) => !byEdges);
  const grown = counted.map(({ name, limits, mean }): readonly [string, MetricEvidence] => {
    const known = before.metrics[name] ?? NO_METRIC;
    const window = counts[name];
    if (window === undefined) return [name, known];
    const compared = mean ? asRatio(window, mean) : window;
    return [
      name,
      {
        ratio: compactEvidence(withWindow(known.ratio, compared, limits)),
        memory: compactMemory(remembering(known.memory, compared)),
        canary: addArms(known.canary, window.canary),
        primary: addArms(known.primary, window.primary),
      },
    ];
  });
  return {
    ...before,
    metrics: Object.fromEntries(grown),
    ...(slow ? { latency: withSlowWindow(before.latency, latency, slow.limits) } : {}),
  };
}

function compactMemory({ canaryBad, sums }: RatioMemory): RatioMemory {
  return { canaryBad, sums: sums.map(compact) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
