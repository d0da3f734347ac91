import type { Canary, MetricSource, NamespacedRef } from '../../crds/types.js';
import type { MetricTemplate } from '../../crds/metric-template.js';
import { NoValuesFound } from '../../metrics/errors.js';
import { renderQuery } from '../../metrics/model.js';
import type { MetricsProvider } from '../../metrics/port.js';
import { builtinQuery, renderBuiltin, type Flavour } from '../../metrics/queries/builtin.js';
import type { Observer } from '../../metrics/queries/flagger.js';
import { createProvider } from '../../metrics/registry.js';
import { NOWHERE, type Environment } from '../../metrics/surroundings.js';
import type { Counterpart } from './counterpart.js';

/** A query about the primary, ready to be sent. */
export interface Question {
  readonly query: string;
  readonly provider: MetricsProvider;
  /** From what is answered to the check's unit: percent, whole milliseconds, or as it is. */
  readonly inUnit: (value: number) => number;
}

/** What it takes to put questions. */
export interface Asking {
  readonly canary: Canary;
  readonly counterpart: Counterpart;
  readonly observer: Observer;
  readonly flavour: Flavour;
  /** Of the pods that serve. */
  readonly addresses: readonly string[];
  /** Where cloud providers find out who asks. */
  readonly environment: Environment;
  /** @throws UserError where there is no such template, or it isn't valid */
  readonly template: (ref: NamespacedRef) => MetricTemplate;
  /** @throws UserError where there is no such Secret */
  readonly secret: (namespace: string, name: string) => Promise<Readonly<Record<string, string>>>;
}

/** A check can't ask for this metric, which says nothing about it. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
}

type SourceOf<Kind extends MetricSource['kind']> = Extract<MetricSource, { kind: Kind }>;

/**
 * The query that a release would send about the canary, put to the primary.
 *
 * @throws UserError for what a person must mend; NoValuesFound where it is about pods and there are none; NotAsked
 */
export async function questionOf(source: MetricSource, asking: Asking): Promise<Question> {
  switch (source.kind) {
    case 'builtin':
      return ofBuiltin(source, asking);
    case 'query':
      // An inline query is sent as it is: it is no template.
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
  if (IN_THE_CLUSTER.includes(type)) throw new NotAsked(`a check doesn't ask ${type}, a release does`);
  const { names, resolve } = asking.counterpart;
  const text = renderQuery(query, { ...names, interval: interval?.text ?? '', variables });
  const options = {
    provider,
    surroundings: { ...NOWHERE, environment: asking.environment },
    ...(interval ? { interval } : {}),
    ...(secretRef ? { credentials: await asking.secret(namespace, secretRef.name) } : {}),
  };
  return { query: resolve(text), provider: createProvider(options), inUnit: asItIs };
}

/** They are asked as the account that Serinus runs as, and to ask Keptn for an analysis is to create one. */
const IN_THE_CLUSTER = ['keptn', 'externalmetrics'];

function asItIs(value: number): number {
  return value;
}
