import { badShare, type Arm } from './counts.js';
import type { Rules } from './rules.js';
import type { MetricJudgement } from './shown.js';
import type { Judgement } from './release.js';

/** The basis of a judgement. */
interface Heard {
  /** Of the window that was read last, by metric. */
  readonly counts: Readonly<Record<string, { readonly canary: Arm }>>;
  /** That counted so far. */
  readonly windows: number;
}

/** What a judgement says, in one sentence for people. */
export function inWords(judgement: Judgement, rules: Rules, { counts, windows }: Heard): string {
  const { verdict, tripped, metrics } = judgement;
  if (tripped !== undefined) return tripText(tripped, counts, 'requests to the canary');
  if (verdict === 'PASS') return 'every metric has proven the canary';
  const first = verdict === 'FAIL' ? most(metrics, 'towardsFail') : least(metrics);
  if (first === undefined) return 'nothing is judged';
  if (verdict === 'WAIT') return `${first.metric}: ${soFar(first)}`;
  const after = afterWindows(windows);
  if (first.edge !== undefined) return `${first.metric}: ${slower(first)}, ${after}`;
  if (first.mean !== undefined) return `${first.metric}: ${meanOf(first)}, limit ${figure(first.mean.limit)}, ${after}`;
  const limit = rules.metrics.find(({ name }) => name === first.metric)?.limits.tolerated;
  return `${first.metric}: the canary is bad ${times(first)} as often as the primary${range(first)}, limit ${limit}, ${after}`;
}

/**
 * The same for a version that serves all users, against the one before it: the judgement has it in the canary's place,
 * and the past in the primary's.
 */
export function inWordsAfter(judgement: Judgement, rules: Rules, { counts, windows }: Heard): string {
  const { verdict, tripped, metrics } = judgement;
  if (tripped !== undefined) return tripText(tripped, counts, 'requests');
  const first = most(metrics, 'towardsFail');
  if (first === undefined) return 'nothing is judged';
  const heard = `${whole(first.canary.requests)} ${first.mean ? 'values' : 'requests'}`;
  if (verdict !== 'FAIL') return `${first.metric}: ${comparedWithPast(first)}, ${heard} so far`;
  const limit = first.mean?.limit ?? rules.metrics.find(({ name }) => name === first.metric)?.limits.tolerated;
  const after = afterWindows(windows);
  const bound = first.edge === undefined && limit !== undefined ? `, limit ${figure(limit)}` : '';
  return `${first.metric}: ${comparedWithPast(first)}${bound}, ${after}`;
}

function share(arm: Arm): string {
  return `${figure(100 * badShare(arm))} %`;
}

function tripText(metric: string, counts: Heard['counts'], whose: string): string {
  const { requests = 0, bad = 0 } = counts[metric]?.canary ?? {};
  return `${metric}: ${whole(bad)} of ${whole(requests)} ${whose} were bad in one window`;
}

function afterWindows(windows: number): string {
  return `after ${windows} ${windows === 1 ? 'window' : 'windows'}`;
}

function comparedWithPast(metric: MetricJudgement): string {
  const { edge, mean, canary, primary, ratio } = metric;
  if (edge !== undefined) {
    return `${share(canary)} of the requests took longer than ${seconds(edge)}, ${share(primary)} before the release`;
  }
  if (mean) return `the mean is ${figure(mean.canary)}, ${figure(mean.primary)} before the release${range(metric)}`;
  if (ratio === undefined && metric.lower === 0)
    return `${share(canary)} are bad, ${share(primary)} before the release`;
  return `bad ${times(metric)} as often as before the release${range(metric)}`;
}

/** What was seen where a window didn't count. */
export function passedOverInWords(
  judgement: Judgement,
  requests: { readonly canary: number; readonly primary: number; readonly baseline?: number },
  weight: number,
): string | undefined {
  switch (judgement.passedOver) {
    case undefined:
      return undefined;
    case 'both-bad':
      return 'both versions fail: not the canary’s doing';
    case 'split': {
      const all = requests.canary + requests.primary;
      const percent = (part: number): string => figure(all === 0 ? 0 : (100 * part) / all);
      const { canary, baseline } = requests;
      const beside = baseline === undefined ? '' : ` and its baseline ${percent(baseline)} %`;
      const each = baseline === undefined ? '' : ' each';
      return `the canary got ${percent(canary)} %${beside} of ${whole(all)} requests, not ${weight} %${each}`;
    }
  }
}

/** For latency, shares are clearer than ratios. */
function slower({ edge = 0, canary, primary }: MetricJudgement): string {
  return `${share(canary)} of the canary’s requests took longer than ${seconds(edge)}, ${share(primary)} of the primary’s`;
}

/** `the canary’s mean is 24, the primary’s 40: 0.6 times as much (between 0.52 and 0.7)`. */
function meanOf(metric: MetricJudgement): string {
  const { canary = 0, primary = 0 } = metric.mean ?? {};
  const values = `the canary’s mean is ${figure(canary)}, the primary’s ${figure(primary)}`;
  return metric.ratio === undefined ? values : `${values}: ${times(metric)} as much${range(metric)}`;
}

function seconds(value: number): string {
  return value < 1 ? `${Number((1000 * value).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`;
}

function soFar(metric: MetricJudgement): string {
  const { canary, towardsPass } = metric;
  if (metric.edge !== undefined) return `${slower(metric)}, ${whole(100 * towardsPass)} % of the way to a proof`;
  if (metric.mean !== undefined)
    return `${meanOf(metric)}, ${whole(canary.requests)} values of the canary’s so far, ${whole(100 * towardsPass)} % of the way to a proof`;
  const ratio =
    canary.requests === 0 || metric.ratio === undefined ? '' : `${times(metric)} the primary’s${range(metric)}, `;
  return `${ratio}${whole(canary.requests)} requests to the canary so far, ${whole(100 * towardsPass)} % of the way to a proof`;
}

function times({ ratio, lower }: MetricJudgement): string {
  return ratio === undefined ? `at least ${figure(lower)} times` : `${figure(ratio)} times`;
}

function range({ ratio, lower, upper }: MetricJudgement): string {
  if (ratio === undefined) return '';
  return upper === undefined ? ` (at least ${figure(lower)})` : ` (between ${figure(lower)} and ${figure(upper)})`;
}

function most(metrics: readonly MetricJudgement[], by: 'towardsFail'): MetricJudgement | undefined {
  return metrics.toSorted((a, b) => b[by] - a[by] || b.lower - a.lower)[0];
}

function least(metrics: readonly MetricJudgement[]): MetricJudgement | undefined {
  return metrics.toSorted((a, b) => a.towardsPass - b.towardsPass)[0];
}

/** Two digits, or a whole number. */
function figure(value: number): string {
  return value >= 10 ? whole(value) : String(Number(value.toPrecision(2)));
}

function whole(value: number): string {
  return String(Math.round(value));
}
