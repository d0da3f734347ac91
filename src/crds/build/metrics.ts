import type { z } from 'zod';
import type { metricSchema } from '../schema/checks.js';
import { BUILTIN_METRICS, type BuiltinMetric } from '../schema/checks.js';
import type { Duration } from '../schema/fields.js';
import type { Metric, MetricSource, Range } from '../types.js';

type MetricSpec = z.output<typeof metricSchema>;

/** For built-in checks and inline queries that name none. */
const DEFAULT_INTERVAL: Duration = { text: '1m', seconds: 60 };

export function metricOf(metric: MetricSpec, namespace: string): Metric {
  return { name: metric.name, sources: metricSources(metric, namespace) };
}

/**
 * All sources of a metric, in the order in which they are checked; the name of a built-in check doesn't exclude a query
 * or a template.
 *
 * @param namespace of the Canary, where the template is unless the metric names another
 */
export function metricSources(metric: MetricSpec, namespace: string): readonly MetricSource[] {
  const { interval = DEFAULT_INTERVAL, query, templateRef } = metric;
  const sources: MetricSource[] = [];
  const builtin = BUILTIN_METRICS.find((name) => name === metric.name);
  if (builtin) sources.push({ kind: 'builtin', builtin, interval, range: builtinRange(builtin, metric) });
  if (query) sources.push({ kind: 'query', query, interval, range: rangeOf(metric) });
  if (templateRef) {
    sources.push({
      kind: 'template',
      templateRef: { name: templateRef.name, namespace: templateRef.namespace || namespace },
      interval: metric.interval,
      variables: metric.templateVariables ?? {},
      range: rangeOf(metric),
    });
  }
  return sources;
}

function builtinRange(builtin: BuiltinMetric, metric: MetricSpec): Range {
  const { thresholdRange, threshold = 0 } = metric;
  if (builtin === 'request-success-rate') return thresholdRange ?? { min: threshold };
  const { min, max } = rangeOf(metric);
  return {
    ...(min === undefined ? {} : { min: Math.trunc(min) }),
    ...(max === undefined ? {} : { max: Math.trunc(max) }),
  };
}

/** The deprecated `threshold` is an upper bound, and only counts without a `thresholdRange`. */
function rangeOf({ thresholdRange, threshold = 0 }: MetricSpec): Range {
  return thresholdRange ?? { max: threshold };
}
