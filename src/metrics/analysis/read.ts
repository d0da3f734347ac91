import type { Metric, MetricSource } from '../../crds/types.js';
import { spending } from '../../fair-share.js';
import type { MetricsContext, MetricsSources } from '../context.js';
import { askWithin } from './early.js';
import { NoValuesFound } from '../errors.js';
import { step } from './halt.js';
import { intervalWithin, renderQuery, type Window } from '../model.js';
import { observerOf } from '../observers.js';
import { metricsServerOf, openTemplate } from '../providers.js';
import { builtinQuery } from '../queries/builtin.js';
import { answerOf, builtinText, type Answered } from './answered.js';

type SourceOf<Kind extends MetricSource['kind']> = Extract<MetricSource, { kind: Kind }>;

/** How many of the metric's intervals providers look back at most, where they are queried for a time span. */
const LONGEST_LOOK_BACK = 10;

/** The inputs for reading a value. */
export interface Reader {
  readonly context: MetricsContext;
  readonly sources: MetricsSources;
  readonly signal: AbortSignal;
  /** Queries that have been answered already. */
  readonly answered?: Answered | undefined;
}

/**
 * Reads the value of a metric's source.
 *
 * @throws Halted
 */
export async function readSource(source: MetricSource, metric: Metric, reader: Reader): Promise<number> {
  switch (source.kind) {
    case 'builtin':
      return readBuiltin(source, metric, reader);
    case 'query':
      return readQuery(source, metric, reader);
    case 'template':
      return readTemplate(source, metric, reader);
  }
}

/** Percent, or whole milliseconds: Flagger drops a duration's fraction. */
async function readBuiltin(
  { builtin, interval }: SourceOf<'builtin'>,
  metric: Metric,
  { context, sources, signal, answered }: Reader,
): Promise<number> {
  const { names, metricsProvider, flavour, window } = context;
  const observer = observerOf(metricsProvider);
  const query = builtinQuery(observer, builtin, { flavour });
  const server = await metricsServerOf(context, sources, 'analysis');
  const addresses = await step(() => (query.ofAddresses ? sources.canaryAddresses() : []), {
    failed: (error) => `Metric query failed for ${metric.name}: ${error}`,
  });
  const ask = async (clip: Window | undefined) => {
    const text = builtinText(query, { names, interval, clip, addresses });
    if (text === undefined) throw new NoValuesFound();
    return answerOf(answered, text) ?? server.query(text, signal);
  };

  const idle = `probably ${names.target}.${names.namespace} is not receiving traffic`;
  // Flagger's HTTP observer omits these words.
  const running = observer === 'http' ? '' : 'running query failed: ';
  const value = await step(() => askWithin(metric.name, { window, lookBackSeconds: interval.seconds }, ask), {
    failed: (error) => `Prometheus query failed: ${running}${error}`,
    noValues: (error) =>
      `Halt advancement no values found for ${metricsProvider} metric ${metric.name} ${idle}` +
      (builtin === 'request-success-rate' ? `: ${running}${error}` : ''),
  });
  return builtin === 'request-duration' ? Math.trunc(value * query.factor) : value * query.factor;
}

/** An inline query is sent unchanged: it isn't a template. */
async function readQuery(
  { query }: SourceOf<'query'>,
  metric: Metric,
  { context, sources, signal }: Reader,
): Promise<number> {
  const server = await metricsServerOf(context, sources, 'analysis');
  return step(() => server.query(query, signal), {
    failed: (error) => `Prometheus query failed for ${metric.name}: ${error}`,
    noValues: () => `Halt advancement no values found for metric: ${metric.name}`,
  });
}

async function readTemplate(
  { templateRef, interval, variables }: SourceOf<'template'>,
  metric: Metric,
  { context, sources, signal }: Reader,
): Promise<number> {
  const { names, window } = context;
  const { template, provider, within } = await openTemplate(templateRef, interval, sources, 'analysis');
  const ask = async (clip: Window | undefined) => {
    const opened = clip ? await within(clip) : provider;
    const model = { ...names, interval: intervalWithin(interval, clip), variables };
    const query = await step(() => spending(() => renderQuery(template.query, model)), {
      failed: (error) => `Metric template ${templateRef.name}.${templateRef.namespace} query render error: ${error}`,
    });
    return opened.query(query, signal);
  };
  return step(
    () => askWithin(metric.name, { window, lookBackSeconds: LONGEST_LOOK_BACK * (interval?.seconds ?? 0) }, ask),
    {
      failed: (error) => `Metric query failed for ${metric.name}: ${error}`,
      noValues: (error) => `Halt advancement no values found for custom metric: ${metric.name}: ${error}`,
    },
  );
}
