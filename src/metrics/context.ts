import type { MetricTemplate } from '../crds/metric-template.js';
import type { Canary, Metric } from '../crds/types.js';
import { queryNamesOf, type QueryNames, type Window } from './model.js';
import { metricsProviderOf } from './observers.js';
import type { Flavour } from './queries/builtin.js';
import type { ProviderEnvironment } from './environment.js';

/** What a failing provider leads to: no judgement, or a failed check as in Flagger. */
export type ProviderErrors = 'hold' | 'flagger';

/** Settings of evaluations, the same for every Canary. */
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
  /** The source of the built-in checks' numbers, see `metricsProviderOf`. */
  readonly metricsProvider: string;
  /** URL of the Prometheus for built-in checks and inline queries. */
  readonly metricsServer: string;
  /** A Secret of the Canary's namespace with its credentials; requests carry none where undefined. */
  readonly metricsServerSecret?: string | undefined;
  readonly flavour: Flavour;
  readonly providerErrors: ProviderErrors;
  /** Limits how far queries look back; no limit where undefined, as in Flagger. */
  readonly window?: Window;
  /** Milliseconds since 1970. Where undefined, only results within a `window` have a time span. */
  readonly now?: number;
}

/**
 * The inputs of an evaluation that aren't in the Canary. All of it is read again for each evaluation, nothing is kept.
 */
export interface MetricsSources {
  /** @throws UserError where the template doesn't exist or isn't valid */
  template(namespace: string, name: string): Promise<MetricTemplate>;
  /**
   * A Secret's entries, decoded.
   *
   * @throws UserError where the Secret doesn't exist
   */
  secret(namespace: string, name: string): Promise<Readonly<Record<string, string>>>;
  /** Known addresses of the canary's pods since the interval began. */
  canaryAddresses(): Promise<readonly string[]>;
  /** The same for the canary's baseline; undefined where there is none. */
  baselineAddresses?(): Promise<readonly string[]>;
  /** Where undefined, providers that use Serinus' own identity have none. */
  readonly environment?: ProviderEnvironment;
}

const KNATIVE = 'serving.knative.dev/v1';

/** For Knative targets `names.route` must be replaced by the name of the Service's latest revision. */
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
