import { compact, compactEvidence, compactLate } from './compact.js';
import { addArms, type WindowCounts } from './counts.js';
import { verdictOf, withWindow, type Scores } from './evidence.js';
import { remembering, type RatioMemory } from './interval.js';
import type { Verdict } from './limits.js';
import { NO_LATE_EVIDENCE, withLateWindow } from './late.js';
import { asRatio } from './mean.js';
import { logSumExp } from './numbers.js';
import type { MetricRule, Rules } from './rules.js';
import { NO_METRIC, scoresBy, shown, shownByEdge, type MetricEvidence, type MetricJudgement } from './shown.js';
import { slowScores, withSlowWindow, type SlowCounts, type SlowEvidence } from './slowness.js';
import { isSplitWrong, NO_SPLIT, type SplitCounts } from './split.js';
import { alarmOf } from './tripwire.js';

/** The evidence of a release so far. Plain JSON of a fixed size. */
export interface ReleaseEvidence {
  readonly metrics: Readonly<Record<string, MetricEvidence>>;
  /** Of latency, where that is judged and has been counted. */
  readonly latency?: SlowEvidence;
  readonly split: SplitCounts;
  /** The same for the baseline, where there is one: its requests and the canary's, against all others. */
  readonly beside?: SplitCounts;
  /** φ by metric, from the primary's past before the first window; never changed after that. */
  readonly dispersions?: Readonly<Record<string, number>>;
  /** The canary's percentage that `split` is about. */
  readonly weight: number;
  /** Windows that counted, and those that were read and didn't count. */
  readonly windows: number;
  readonly passedOver: number;
}

/** One closed window, of all metrics. */
export interface ReleaseWindow {
  /** Percent of the requests that the canary should have got. */
  readonly weight: number;
  readonly requests: {
    readonly canary: number;
    /** All others. */
    readonly primary: number;
    /** Of the others, those to the baseline, where the canary has one: it should have got as many as the canary. */
    readonly baseline?: number;
  };
  /** By metric. */
  readonly counts: Readonly<Record<string, WindowCounts>>;
  /** Requests by latency, where that was counted. */
  readonly latency?: SlowCounts;
  /** φ by metric, measured before the first window; later values are ignored. */
  readonly dispersions?: Readonly<Record<string, number>>;
}

/** Why a window didn't count: requests didn't go where the weight says, or both versions fail. */
export type PassedOver = 'split' | 'both-bad';

/** The result of one window. */
export interface Weighed {
  readonly verdict: Verdict;
  readonly passedOver?: PassedOver;
  /** The metric that failed at once; no statistics were needed. */
  readonly tripped?: string;
}

export interface Judgement extends Weighed {
  readonly metrics: readonly MetricJudgement[];
}

export const NOTHING_SHOWN: ReleaseEvidence = {
  metrics: {},
  split: NO_SPLIT,
  weight: 0,
  windows: 0,
  passedOver: 0,
};

/** Adds one window to a release, and returns the judgement and all that users see of it. */
export function judge(
  before: ReleaseEvidence,
  window: ReleaseWindow,
  rules: Rules,
): { readonly evidence: ReleaseEvidence; readonly judgement: Judgement } {
  const { evidence, weighed } = weigh(before, window, rules);
  return { evidence, judgement: { ...judgementOf(evidence, rules), ...weighed } };
}

/**
 * Adds one window to a release, and returns the judgement. Simulations and releases call this same function.
 *
 * @throws RangeError where counts aren't counts
 */
export function weigh(
  before: ReleaseEvidence,
  window: ReleaseWindow,
  rules: Rules,
): { readonly evidence: ReleaseEvidence; readonly weighed: Weighed } {
  const divided = withRequests(withDispersions(before, window), window);
  const alarm = alarmIn(window, rules);
  if (alarm?.is === 'both') return passOver(divided, 'both-bad', rules);
  // A canary that fails at once is bad, wherever its requests come from.
  if (alarm === undefined && isWrong(divided, rules)) return passOver(countingAnew(divided), 'split', rules);
  const evidence = { ...withCounts(divided, window, rules), windows: before.windows + 1 };
  if (alarm === undefined) return { evidence, weighed: { verdict: verdictIn(evidence, rules) } };
  return { evidence, weighed: { verdict: 'FAIL', tripped: alarm.metric } };
}

/** The judgement of the evidence so far. */
export function judgementOf(evidence: ReleaseEvidence, rules: Rules): Judgement {
  return {
    verdict: verdictIn(evidence, rules),
    metrics: rules.metrics.map((rule) =>
      rule.byEdges
        ? shownByEdge(rule.name, evidence.latency, rules.budgets)
        : shown(asMeasured(rule, evidence), knownOf(rule, evidence), rules.budgets),
    ),
  };
}

/** The mean of all metrics' evidence has one budget; each of them must pass by itself. */
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
  return scoresBy(rule, knownOf(rule, evidence));
}

/** From the past before the first window; a later measurement would depend on what is judged. */
function withDispersions(before: ReleaseEvidence, { dispersions }: ReleaseWindow): ReleaseEvidence {
  const isFirst = before.windows + before.passedOver === 0 && before.dispersions === undefined;
  return isFirst && dispersions ? { ...before, dispersions } : before;
}

function asMeasured(rule: MetricRule, { dispersions }: ReleaseEvidence): MetricRule {
  const dispersion = rule.measured && dispersions && Object.hasOwn(dispersions, rule.name) && dispersions[rule.name];
  return dispersion ? { ...rule, limits: { ...rule.limits, dispersion } } : rule;
}

function withRequests(before: ReleaseEvidence, { weight, requests }: ReleaseWindow): ReleaseEvidence {
  const { split } = weight === before.weight ? before : countingAnew(before);
  const added = plusRequests(split, requests.canary, requests.primary);
  const { baseline } = requests;
  const { beside } = before;
  // A baseline without a route has no share that could be wrong.
  if (baseline === undefined) return { ...before, weight, split: added, ...(beside ? { beside: anew(beside) } : {}) };
  const others = requests.canary + requests.primary - baseline;
  const known = weight === before.weight ? (beside ?? NO_SPLIT) : anew(beside ?? NO_SPLIT);
  return { ...before, weight, split: added, beside: plusRequests(known, baseline, others) };
}

function plusRequests({ canary, primary, begun }: SplitCounts, ours: number, others: number): SplitCounts {
  return { canary: canary + ours, primary: primary + others, begun };
}

function countingAnew(before: ReleaseEvidence): ReleaseEvidence {
  const { split, beside } = before;
  return { ...before, split: anew(split), ...(beside ? { beside: anew(beside) } : {}) };
}

function anew({ canary, primary, begun }: SplitCounts): SplitCounts {
  return { canary: 0, primary: 0, begun: begun + (canary + primary === 0 ? 0 : 1) };
}

/** Each of two splits has half of the budget. */
function isWrong({ split, beside, weight }: ReleaseEvidence, { split: { tolerance, budget } }: Rules): boolean {
  const share = weight / 100;
  if (share <= 0 || share >= 1) return false;
  const each = beside ? budget / 2 : budget;
  if (isSplitWrong(split, share, tolerance, each)) return true;
  return beside !== undefined && isSplitWrong(beside, Math.min(share, 1 - share), tolerance, each);
}

/** A metric may have any name, even that of a property which every object has. */
function knownOf({ name }: Pick<MetricRule, 'name'>, { metrics }: Pick<ReleaseEvidence, 'metrics'>): MetricEvidence {
  return (Object.hasOwn(metrics, name) ? metrics[name] : undefined) ?? NO_METRIC;
}

function countsOf(name: string, counts: ReleaseWindow['counts']): ReleaseWindow['counts'][string] | undefined {
  return Object.hasOwn(counts, name) ? counts[name] : undefined;
}

function alarmIn(
  { counts }: ReleaseWindow,
  { metrics, tripwire }: Rules,
): { readonly metric: string; readonly is: 'canary' | 'both' } | undefined {
  for (const { name, mean } of metrics) {
    // Large values are no disaster.
    const window = mean ? undefined : countsOf(name, counts);
    const is = window ? alarmOf(window, tripwire) : 'none';
    if (is !== 'none') return { metric: name, is };
  }
  return undefined;
}

function passOver(before: ReleaseEvidence, why: PassedOver, rules: Rules) {
  const evidence = { ...before, passedOver: before.passedOver + 1 };
  return { evidence, weighed: { verdict: verdictIn(evidence, rules), passedOver: why } };
}

function withCounts(before: ReleaseEvidence, { counts, latency }: ReleaseWindow, rules: Rules): ReleaseEvidence {
  const metrics = rules.metrics.map((rule) => asMeasured(rule, before));
  const slow = latency && metrics.find(({ byEdges }) => byEdges);
  const counted = metrics.filter(({ byEdges }) => !byEdges);
  const grown = counted.map(({ name, limits, mean }): readonly [string, MetricEvidence] => {
    const known = knownOf({ name }, before);
    const window = countsOf(name, counts);
    if (window === undefined) return [name, known];
    const compared = mean ? asRatio(window, mean) : window;
    return [
      name,
      {
        ratio: compactEvidence(withWindow(known.ratio, compared, limits)),
        late: compactLate(withLateWindow(known.late ?? NO_LATE_EVIDENCE, compared, limits)),
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
