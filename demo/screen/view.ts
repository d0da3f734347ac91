import type { Analysis, Observation } from '../watch/canary-watch.js';
import type { Recent } from '../watch/tally.js';

/** All that is shown of a release, at one moment. */
export interface View {
  /** For instance `1/2 a good version`. */
  readonly title: string;
  readonly observation: Observation;
  readonly maxWeight: number;
  readonly threshold: number;
  /** What the client sees: the last seconds, and all since the release began. */
  readonly recent: Recent;
  readonly recentSeconds: number;
  readonly byVersion: ReadonlyMap<string, number>;
  readonly failed: number;
  readonly elapsedSeconds: number;
}

/** One number of Serinus' last analysis with the range it must be in. */
export interface Judged {
  readonly value: number | undefined;
  readonly ok: boolean;
  /** For instance `≥ 99%`. */
  readonly range: string;
}

/** The checks of the demo's own templates that stand for the built-in ones. */
const TEMPLATES = { 'request-success-rate': 'success', 'request-duration': 'latency' } as const;

/** What the last analysis said of a built-in metric, or of the template in its place; undefined where it did not come so far. */
export function judged(analysis: Analysis | undefined, metric: 'request-success-rate' | 'request-duration') {
  const found = analysis?.metrics.find((result) => result.metric === metric || result.metric === TEMPLATES[metric]);
  if (!found) return undefined;
  const { value, ok, min, max } = found;
  const unit = metric === 'request-success-rate' ? '%' : ' ms';
  const range = [...(min === undefined ? [] : [`≥ ${min}${unit}`]), ...(max === undefined ? [] : [`≤ ${max}${unit}`])];
  return { value, ok, range: range.join(', ') } satisfies Judged;
}

/** Percent of the recent answers that came from this version; undefined where nothing was answered. */
export function shareOf(version: string, recent: Recent): number | undefined {
  return recent.requests === 0 ? undefined : (100 * (recent.byVersion.get(version) ?? 0)) / recent.requests;
}

/** Percent of the recent requests that did not fail. */
export function successRate({ requests, failed }: Recent): number | undefined {
  return requests === 0 ? undefined : (100 * (requests - failed)) / requests;
}

/** `0:07`, `12:30` */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

export function percent(value: number | undefined, digits = 2): string {
  return value === undefined ? '–' : `${value.toFixed(digits)}%`;
}

export function milliseconds(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}
