import type { MetricResult } from '../findings.js';

/** The metric that was closest to its limit in the last measurement. */
export type WorstMetric = Pick<MetricResult, 'metric' | 'min' | 'max'> & {
  readonly value: number;
  readonly ok: boolean;
};

type Bounded = Pick<MetricResult, 'metric' | 'value' | 'min' | 'max'>;

/** The best possible values of metrics. */
const BEST: ReadonlyMap<string, number> = new Map([['request-success-rate', 100]]);

/**
 * How far a metric is from its limit, as a part of the distance between the limit and the best possible value: 1 at
 * best, 0 at the limit, negative beyond it. Undefined where there is no value or no limit.
 */
export function roomOf({ metric, value, min, max }: Bounded): number | undefined {
  if (value === undefined || (min === undefined && max === undefined)) return undefined;
  const best = BEST.get(metric) ?? 0;
  return Math.min(
    ...(max === undefined ? [] : [(max - value) / (max - Math.min(best, max) || Math.abs(max) || 1)]),
    ...(min === undefined ? [] : [(value - min) / (best > min ? best - min : Math.abs(min) || 1)]),
  );
}

/**
 * The worst metric of a check: one that has failed goes before all others. @returns undefined where none has a value
 * and a limit
 */
export function worstOf(metrics: readonly MetricResult[]): WorstMetric | undefined {
  let worst: { readonly found: WorstMetric; readonly rank: number } | undefined;
  for (const { metric, ok, value, min, max } of metrics) {
    const room = roomOf({ metric, ...(value !== undefined && { value }), ...bounds({ min, max }) });
    if (room === undefined || value === undefined) continue;
    const rank = ok ? room : Math.min(room, 0) - 1;
    if (worst === undefined || rank < worst.rank)
      worst = { found: { metric, ok, value, ...bounds({ min, max }) }, rank };
  }
  return worst?.found;
}

function bounds({ min, max }: { min: number | undefined; max: number | undefined }): { min?: number; max?: number } {
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}
