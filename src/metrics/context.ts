import type { MetricTemplate } from '../crds/metric-template.js';
import type { Canary, Metric } from '../crds/types.js';
import { queryNamesOf, type QueryNames, type Window } from './model.js';
import { metricsProviderOf } from './observers.js';
import type { Flavour } from './queries/builtin.js';
import type { ProviderEnvironment } from './environment.js';

/** What a failing provider counts as: no judgement, or a failed check as in Flagger. */
export type ProviderErrors = 'hold' | 'flagger';

/** How an evaluation is to be made for every Canary. */
export interface MetricsSettings {
  readonly meshProvider: string;
  readonly builtinQueries: Flavour;
  /** `hold` where undefined. */
  readonly providerErrors?: ProviderErrors;
}

/** What an evaluation must know of a Canary. */
export interface MetricsContext {
  readonly names: QueryNames;
  readonly metrics: readonly Metric[];
  /** Whose numbers built-in checks read, see `metricsProviderOf`. */
  readonly metricsProvider: string;
  /** URL of the Prometheus for built-in checks and inline queries. */
  readonly metricsServer: string;
  /** A Secret of the Canary's namespace with credentials for it; it is asked without any where undefined. */
  readonly metricsServerSecret?: string | undefined;
  readonly flavour: Flavour;
  readonly providerErrors: ProviderErrors;
  /** Clips what queries look back on; it isn't clipped where undefined, as in Flagger. */
  readonly window?: Window;
  /** Milliseconds since 1970. Where undefined, only results within a `window` tell what they looked back on. */
  readonly now?: number;
}

/** Where an evaluation reads what isn't in the Canary. All of it is read anew for each evaluation, nothing is kept. */
export interface MetricsSources {
  /** @throws UserError where there is no such template, or it isn't valid */
  template(namespace: string, name: string): Promise<MetricTemplate>;
  /**
   * A Secret's entries, decoded.
   *
   * @throws UserError where there is no such Secret
   */
  secret(namespace: string, name: string): Promise<Readonly<Record<string, string>>>;
  /** Addresses of the pods that have been the canary's since the interval began, as far as they are known. */
  canaryAddresses(): Promise<readonly string[]>;
  /** The same of the canary's baseline; it has none where undefined. */
  baselineAddresses?(): Promise<readonly string[]>;
  /** Where undefined, providers that use the identity of Serinus itself find none. */
  readonly environment?: ProviderEnvironment;
}

const KNATIVE = 'serving.knative.dev/v1';

/** For Knative targets `names.route` is to be replaced with the name of the Service's latest revision. */
export function metricsContextOf(
  canary: Canary,
  { meshProvider, builtinQueries, providerErrors = 'hold' }: MetricsSettings,
  window?: Window,
): MetricsContext {
  const { provider, targetRef, metricsServer, analysis, judgement } = canary;
  return {
    names: queryNamesOf(canary),
    metrics: judgement ? analysis.metrics.filter(({ name }) => !judgement.replaced.includes(name)) : analysis.metrics,
    metricsProvider: metricsProviderOf({
      meshProvider,
      provider: provider === meshProvider ? undefined : provider,
      ofService: targetRef.kind === 'Service' && targetRef.apiVersion !== KNATIVE,
    }),
    metricsServer,
    metricsServerSecret: canary.own.metricsServerSecret,
    flavour: builtinQueries,
    providerErrors,
    ...(window ? { window } : {}),
  };
}
