import type { Judged, JudgedMetric } from '../decision/judged.js';

/** The evidence about one metric, for a table or a chart. */
export interface EvidenceRow {
  /** `errors`, `latency > 250 ms`. */
  readonly metric: string;
  /** `1.8× (1.2 to 2.9)`: the canary's rate of bad requests as a multiple of the primary's; `-` where it is unknown. */
  readonly ratio: string;
  /** Requests to the canary in the windows that counted. */
  readonly requests: number;
  /** How far the evidence has come, 0 to 1. */
  readonly towardsRollback: number;
  readonly towardsProof: number;
}

export function evidenceRows({ metrics }: Pick<Judged, 'metrics'>): EvidenceRow[] {
  return metrics.map((metric) => ({
    metric: titleOf(metric),
    ratio: ratioText(metric),
    requests: metric.canary.requests,
    towardsRollback: metric.towardsFail,
    towardsProof: metric.towardsPass,
  }));
}

/** What the evidence says as a whole, and what it is based on. */
export function evidenceText(judged: Judged): string {
  const { verdict, says } = judged;
  const after = afterWindows(judged);
  const nothingNew = nothingNewText(judged);
  if (nothingNew !== undefined) return nothingNew;
  switch (verdict) {
    case 'FAIL':
      return `against the canary: ${says}`;
    case 'PASS':
      return `the canary has proven itself ${after}`;
    case 'WAIT':
      return `not enough yet ${after}: ${says}${paceText(judged)}`;
  }
}

/** Why the last window has added nothing; undefined where it has. */
function nothingNewText(judged: Judged): string | undefined {
  const { passedOver, seen, unknown } = judged;
  if (unknown !== undefined) return `not known ${afterWindows(judged)}: ${unknown}`;
  return passedOver === undefined ? undefined : `the last window didn't count: ${seen ?? passedOver}`;
}

function afterWindows({ windows }: Judged): string {
  return `after ${windows} ${windows === 1 ? 'window' : 'windows'}`;
}

/** Below this part of the way the rest can't be estimated. */
const LEAST_OF_THE_WAY = 0.1;

/**
 * About how long a proof still takes: evidence grows evenly while the rate of requests and of failures stays the same.
 */
function paceText({ metrics, windows, window }: Judged): string {
  const part = Math.min(...metrics.map(({ towardsPass }) => towardsPass));
  if (window === undefined || windows < 2 || part < LEAST_OF_THE_WAY || part >= 1) return '';
  const minutes = (((window.to - window.from) * windows) / 60_000) * ((1 - part) / part);
  return `, about ${minutes < 1 ? 'a minute' : `${Number(minutes.toPrecision(2))} min`} more as it goes`;
}

/** The same for a promoted version, against the one before it. */
export function evidenceAfterText(judged: Judged): string {
  const { verdict, says } = judged;
  const found = verdict === 'FAIL' ? 'worse than before the release' : `no regression ${afterWindows(judged)}`;
  return nothingNewText(judged) ?? `${found}: ${says}`;
}

/** `███████░░░ 70 %`. */
export function evidenceBar(part: number): string {
  const filled = Math.round(10 * part);
  return `${'█'.repeat(filled)}${'░'.repeat(10 - filled)} ${Math.round(100 * part)} %`;
}

function titleOf({ metric, edge }: JudgedMetric): string {
  if (edge === undefined) return metric;
  return `${metric} > ${edge < 1 ? `${digits(1000 * edge)} ms` : `${digits(edge)} s`}`;
}

function ratioText({ ratio, lower, upper, edge }: JudgedMetric): string {
  if (edge !== undefined) return ratio === undefined ? '-' : `${digits(ratio)}×`;
  if (ratio === undefined) return lower > 0 ? `at least ${digits(lower)}×` : '-';
  return upper === undefined
    ? `${digits(ratio)}× (at least ${digits(lower)})`
    : `${digits(ratio)}× (${digits(lower)} to ${digits(upper)})`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(2)));
}
