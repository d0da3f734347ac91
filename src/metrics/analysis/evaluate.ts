import type { Metric, MetricSource } from '../../crds/types.js';
import type { MetricResult, Span } from '../../domain/findings.js';
import type { MetricsContext, MetricsSources } from '../context.js';
import { readingOf } from './halt.js';
import { judge } from './judge.js';
import { secondsWithin } from '../model.js';
import { readSource, type Reader } from './read.js';
import type { Answered } from './answered.js';

/**
 * Reads a Canary's metrics and compares them with their ranges: built-in checks and inline queries in the order of the
 * spec, then templates in the order of the spec, up to the first failure. A metric with several sources has a result
 * for each.
 *
 * A failure is a result. It has `providerError` where the canary isn't to blame (if the settings distinguish such
 * failures) or where there are no values yet. A user's mistake (a bad query, a template or Secret that is missing or
 * wrong) counts as a failed check, as in Flagger.
 *
 * @param answered queries that have been answered already, see `Together`
 * @throws whatever `signal` was aborted with
 */
export async function evaluateMetrics(
  context: MetricsContext,
  sources: MetricsSources,
  signal: AbortSignal,
  answered?: Answered,
): Promise<readonly MetricResult[]> {
  const results: MetricResult[] = [];
  for (const [metric, source] of inOrder(context.metrics)) {
    signal.throwIfAborted();
    const result = source ? await check(metric, source, { context, sources, signal, answered }) : unusable(metric);
    results.push(result);
    if (!result.ok) break;
  }
  return results;
}

/** Metrics without a source fail where their template would be read. */
function inOrder(metrics: readonly Metric[]): readonly (readonly [Metric, MetricSource | undefined])[] {
  const all = metrics.flatMap((metric) => {
    const sources = metric.sources.length === 0 ? [undefined] : metric.sources;
    return sources.map((source) => [metric, source] as const);
  });
  const isLate = (source: MetricSource | undefined) => source === undefined || source.kind === 'template';
  return [...all.filter(([, source]) => !isLate(source)), ...all.filter(([, source]) => isLate(source))];
}

async function check(metric: Metric, source: MetricSource, reader: Reader): Promise<MetricResult> {
  const reading = await readingOf(() => readSource(source, metric, reader), reader.context.providerErrors);
  const builtin = source.kind === 'builtin' ? source.builtin : undefined;
  const result = judge(reading, metric, source.range, reader.context.names, builtin);
  const window = spanOf(source, reader.context);
  return window ? { ...result, window } : result;
}

/** The time span of the query. An inline query sets it in its own words. */
function spanOf(source: MetricSource, { window, now = window?.now }: MetricsContext): Span | undefined {
  if (source.kind === 'query' || !source.interval || now === undefined) return undefined;
  return { from: now - secondsWithin(source.interval, window) * 1000, to: now };
}

function unusable({ name }: Metric): MetricResult {
  return {
    metric: name,
    ok: false,
    message: 'Metric query failed for no usable metrics template and query were configured',
  };
}
