import type { Canary, MetricSource, NamespacedRef } from '../../crds/types.js';
import type { MetricTemplate } from '../../crds/metric-template.js';
import { NoValuesFound, ProviderError } from '../../metrics/errors.js';
import { queryNamesOf, renderQuery } from '../../metrics/model.js';
import type { MetricsProvider } from '../../metrics/port.js';
import { builtinQuery, renderBuiltin, type Flavour } from '../../metrics/queries/builtin.js';
import type { Observer } from '../../metrics/queries/flagger.js';
import { createProvider } from '../../metrics/registry.js';
import { NOWHERE, type ClusterApi, type Environment } from '../../metrics/environment.js';
import type { Counterpart } from './counterpart.js';

/** A query about the primary, ready to be sent. */
export interface Question {
  readonly query: string;
  readonly provider: MetricsProvider;
  /** Converts the answer into the check's unit: percent, whole milliseconds, or unchanged. */
  readonly inUnit: (value: number) => number;
}

/** The inputs of queries. */
export interface Asking {
  readonly canary: Canary;
  readonly counterpart: Counterpart;
  readonly observer: Observer;
  readonly flavour: Flavour;
  /** Of the pods that serve. */
  readonly addresses: readonly string[];
  /** Where cloud providers find an identity. */
  readonly environment: Environment;
  /** With the account that checks. */
  readonly clusterApi: ClusterApi | undefined;
  /** @throws UserError where the template doesn't exist, or is invalid */
  readonly template: (ref: NamespacedRef) => MetricTemplate;
  /** @throws UserError where the Secret doesn't exist */
  readonly secret: (namespace: string, name: string) => Promise<Readonly<Record<string, string>>>;
}

/** A check can't query this metric, which says nothing about it. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
}

type SourceOf<Kind extends MetricSource['kind']> = Extract<MetricSource, { kind: Kind }>;

/**
 * A release's query about the canary, changed to be about the primary.
 *
 * @throws UserError for what a user must fix; NoValuesFound where it is about pods and there are none; NotAsked
 */
export async function questionOf(source: MetricSource, asking: Asking): Promise<Question> {
  switch (source.kind) {
    case 'builtin':
      return ofBuiltin(source, asking);
    case 'query':
      // An inline query is sent unchanged: it isn't a template.
      return { query: source.query, provider: metricsServer(asking), inUnit: asItIs };
    case 'template':
      return ofTemplate(source, asking);
  }
}

function ofBuiltin({ builtin, interval }: SourceOf<'builtin'>, asking: Asking): Question {
  const { counterpart, observer, flavour, addresses } = asking;
  const query = builtinQuery(observer, builtin, { flavour });
  const text = renderBuiltin(query, { ...counterpart.names, interval: interval.text, variables: {} }, addresses);
  if (text === undefined) throw new NoValuesFound();
  const inMilliseconds = builtin === 'request-duration';
  return {
    query: counterpart.resolve(text, query.wordNames ? (name) => name.replace(/\W/g, '_') : undefined),
    provider: metricsServer(asking),
    inUnit: (value) => (inMilliseconds ? Math.trunc(value * query.factor) : value * query.factor),
  };
}

function metricsServer({ canary }: Asking): MetricsProvider {
  const address = canary.metricsServer;
  const none = { headers: {}, secretRef: undefined, region: undefined, insecureSkipVerify: false };
  return createProvider({ provider: { type: 'prometheus', address, ...none } });
}

async function ofTemplate(
  { templateRef, interval, variables }: SourceOf<'template'>,
  asking: Asking,
): Promise<Question> {
  const { provider, query, namespace } = asking.template(templateRef);
  const { type, secretRef } = provider;
  const { names, resolve } = type === 'keptn' ? ofItself(asking.canary) : asking.counterpart;
  const text = resolve(renderQuery(query, { ...names, interval: interval?.text ?? '', variables }));
  const options = {
    provider,
    environment: { environment: asking.environment, cluster: readable(provider, asking) },
    ...(interval ? { interval } : {}),
    ...(secretRef ? { credentials: await asking.secret(namespace, secretRef.name) } : {}),
  };
  return { query: text, provider: createProvider(options), inUnit: asItIs };
}

/** Names of Keptn's objects need not be those of what they measure. */
function ofItself(canary: Canary): Counterpart {
  return { names: queryNamesOf(canary), resolve: (query) => query };
}

/** The cluster, for providers in it, which a check reads with its own account and never changes. */
function readable({ type, address }: MetricTemplate['provider'], { clusterApi }: Asking): ClusterApi {
  const isInside = type === 'keptn' || (type === 'externalmetrics' && address === undefined);
  if (!isInside) return NOWHERE.cluster;
  const notOurs = `the server asks ${type} by its own account: check without --server, which asks by yours`;
  const changing = 'to ask Keptn for an analysis is to make one, and a check changes nothing in the cluster';
  return {
    ...NOWHERE.cluster,
    get: (path, options) =>
      clusterApi ? orNotAsked(() => clusterApi.get(path, options)) : Promise.reject(new NotAsked(notOurs)),
    create: () => Promise.reject(new NotAsked(changing)),
  };
}

/** Missing permissions of the account that checks say nothing about the metric. */
async function orNotAsked<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProviderError && (error.status === 401 || error.status === 403)) {
      throw new NotAsked(error.message);
    }
    throw error;
  }
}

function asItIs(value: number): number {
  return value;
}
