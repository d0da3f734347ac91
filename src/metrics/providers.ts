import type { MetricTemplate, MetricTemplateProvider } from '../crds/metric-template.js';
import type { Duration } from '../crds/schema/fields.js';
import type { NamespacedRef } from '../crds/types.js';
import type { MetricsContext, MetricsSources } from './context.js';
import { step } from './analysis/halt.js';
import { shown } from '../http/shown.js';
import type { Window } from './model.js';
import type { MetricsProvider, ProviderOptions } from './port.js';
import { createProvider } from './registry.js';

/** Flagger's messages begin in upper case in an analysis, and in lower case while a Canary is initialised. */
export type Tone = 'analysis' | 'initialisation';

/**
 * The Prometheus of built-in checks and inline queries. Its Secret is read for this call, like that of a template.
 *
 * @throws Halted
 */
export async function metricsServerOf(
  { metricsServer: address, metricsServerSecret: secret, names }: ServerContext,
  sources: Pick<MetricsSources, 'secret'>,
  tone: Tone,
): Promise<MetricsProvider> {
  const url = URL.canParse(address) && address.includes('://') ? shown(new URL(address)) : 'an address that is no URL';
  const error = tone === 'analysis' ? 'Error' : 'error';
  const failed = (reason: string): string => `${error} building Prometheus client for ${url} ${reason}`;
  const credentials =
    secret === undefined
      ? undefined
      : await step(() => sources.secret(names.namespace, secret), {
          failed: (reason) => failed(`secret ${secret} error: ${reason}`),
        });
  return step(
    () => createProvider({ provider: prometheusAt(address, secret), ...(credentials ? { credentials } : {}) }),
    { failed },
  );
}

type ServerContext = Pick<MetricsContext, 'metricsServer' | 'metricsServerSecret' | 'names'>;

function prometheusAt(address: string, secret: string | undefined): MetricTemplateProvider {
  return {
    type: 'prometheus',
    address,
    headers: {},
    secretRef: secret === undefined ? undefined : { name: secret },
    region: undefined,
    insecureSkipVerify: false,
  };
}

/** A template and its provider. */
export interface OpenTemplate {
  readonly template: MetricTemplate;
  /** Without a limit on how far it looks back. */
  readonly provider: MetricsProvider;
  /** The provider, looking back no further than the window. */
  readonly within: (window: Window) => Promise<MetricsProvider>;
}

/**
 * A template and its provider. The Secret is read for this call, and only the provider keeps it.
 *
 * @param interval of the metric
 * @throws Halted
 */
export async function openTemplate(
  { name, namespace }: NamespacedRef,
  interval: Duration | undefined,
  sources: MetricsSources,
  tone: Tone,
): Promise<OpenTemplate> {
  const title = `${tone === 'analysis' ? 'Metric' : 'metric'} template ${name}.${namespace}`;
  const template = await step(() => sources.template(namespace, name), {
    failed: (error) => `${title} error: ${error}`,
  });
  const { provider: spec } = template;
  const { secretRef } = spec;
  const credentials =
    secretRef &&
    (await step(() => sources.secret(namespace, secretRef.name), {
      failed: (error) => `${title} secret ${secretRef.name} error: ${error}`,
    }));
  const open = (more: Pick<ProviderOptions, 'notBefore'>) =>
    step(
      () =>
        createProvider({
          provider: spec,
          ...(credentials ? { credentials } : {}),
          ...(interval ? { interval } : {}),
          ...(sources.environment ? { environment: sources.environment } : {}),
          ...more,
        }),
      { failed: (error) => `${title} provider ${spec.type} error: ${error}` },
    );
  return { template, provider: await open({}), within: ({ notBefore }) => open({ notBefore }) };
}
