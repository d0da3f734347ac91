import type { MetricSource } from '../crds/types.js';
import type { MetricsContext, MetricsSources } from './context.js';
import { Halted, step } from './analysis/halt.js';
import { metricsServerOf, openTemplate } from './providers.js';

/**
 * Checks whether the metrics server (where a built-in check or an inline query needs it) and each template's provider
 * answer, in the order of the spec. The wording, and its spelling, are Flagger's.
 *
 * @returns the error of the first that doesn't
 * @throws whatever `signal` was aborted with
 */
export async function checkProviders(
  context: MetricsContext,
  sources: MetricsSources,
  signal: AbortSignal,
): Promise<string | undefined> {
  let serverAnswered = false;
  try {
    for (const source of context.metrics.flatMap((metric) => metric.sources)) {
      signal.throwIfAborted();
      if (source.kind === 'template') {
        await checkTemplate(source, sources, signal);
      } else if (!serverAnswered) {
        await checkServer(context, sources, signal);
        serverAnswered = true;
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof Halted) return error.message;
    throw error;
  }
}

async function checkServer(context: MetricsContext, sources: MetricsSources, signal: AbortSignal): Promise<void> {
  const server = await metricsServerOf(context, sources, 'initialisation');
  await step(() => server.checkOnline(signal), {
    failed: (error) => `prometheus not avaiable: running query failed: ${error}`,
  });
}

async function checkTemplate(
  { templateRef, interval }: Extract<MetricSource, { kind: 'template' }>,
  sources: MetricsSources,
  signal: AbortSignal,
): Promise<void> {
  const { template, provider } = await openTemplate(templateRef, interval, sources, 'initialisation');
  const { name, namespace } = templateRef;
  await step(() => provider.checkOnline(signal), {
    failed: (error) =>
      `${template.provider.type} in metric template ${name}.${namespace} not avaiable: running query failed: ${error}`,
  });
}
