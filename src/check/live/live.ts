import { formatGoDuration } from '../../crds/duration.js';
import { messageOf, TransientError, UserError } from '../../errors.js';
import { KubeError } from '../../kube/kube-error.js';
import { NoValuesFound } from '../../metrics/errors.js';
import { metricsProviderOf, observerOf } from '../../metrics/observers.js';
import type { Observer } from '../../metrics/queries/flagger.js';
import type { ClusterApi, Environment } from '../../metrics/environment.js';
import type { Settings } from '../../settings.js';
import { sourcesOf, templateKey, type PlacedSource, type Subject } from '../subject.js';
import type { ObjectLookup } from '../object-lookup.js';
import { NotAsked, questionOf, type Asking } from './ask.js';
import { counterpartOf } from './counterpart.js';
import type { LiveMetric, Server } from './metric.js';
import { presentTraffic, type MeasuredTraffic } from './traffic.js';
import { addressesBehind, secretOf, templateOf } from './sources.js';

export interface LiveOptions {
  readonly settings: Pick<Settings, 'meshProvider' | 'builtinQueries'>;
  /** Of the process: where cloud providers find an identity. */
  readonly environment: Environment;
  /**
   * The cluster, with the account that checks, for metrics in it; undefined where the account isn't the caller's own.
   */
  readonly clusterApi?: ClusterApi;
  /** Queries of templates in the cluster are shown, too: the caller may read them there. */
  readonly showAllQueries: boolean;
}

/** For all metrics together; less than the API's clients wait. */
const PATIENCE_MS = 20_000;
/** Queries under way at the same time. */
const AT_ONCE = 4;

/**
 * Queries every metric about the version that serves now; a failure of one doesn't stop the others.
 *
 * @throws TransientError, KubeError where the cluster can't be read
 */
export async function askMetrics(
  subject: Subject,
  lookup: ObjectLookup,
  options: LiveOptions,
): Promise<readonly LiveMetric[]> {
  const { canary } = subject;
  const observer = observerFor(subject, options.settings);
  const { server, addresses } = await whoServes(subject, lookup);
  const asking: Asking = {
    ...{ canary, observer, addresses, flavour: options.settings.builtinQueries, environment: options.environment },
    clusterApi: options.clusterApi,
    counterpart: counterpartOf(canary, server, observer),
    template: (ref) => templateOf(subject, ref),
    secret: (namespace, name) => secretOf(lookup, namespace, name),
  };
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  const ask = async (placed: PlacedSource): Promise<LiveMetric> => {
    const answer = await reading(placed, asking, deadline);
    const { metric, field, source } = placed;
    const { min, max } = source.range;
    const { query, ...rest } = answer;
    return {
      ...{ metric, field, kind: source.kind, of: server },
      ...rest,
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      ...(query !== undefined && mayShow(placed, subject, options) ? { query } : {}),
    };
  };
  return inTurns(sourcesOf(canary), AT_ONCE, ask);
}

/** The Canary's present traffic, from the counters that its releases are judged by. */
export function trafficNow(subject: Subject, settings: Pick<Settings, 'meshProvider'>): Promise<MeasuredTraffic> {
  const observer = observerFor(subject, settings);
  return presentTraffic(subject.canary, observer, Date.now(), AbortSignal.timeout(PATIENCE_MS));
}

const KNATIVE = 'serving.knative.dev/v1';

/** The source of the built-in checks' numbers. */
function observerFor({ canary }: Subject, { meshProvider }: Pick<Settings, 'meshProvider'>): Observer {
  const { provider, targetRef } = canary;
  return observerOf(
    metricsProviderOf({
      meshProvider,
      provider: provider === meshProvider ? undefined : provider,
      ofService: targetRef.kind === 'Service' && targetRef.apiVersion !== KNATIVE,
    }),
  );
}

async function whoServes(
  { canary }: Subject,
  { cluster }: ObjectLookup,
): Promise<{ readonly server: Server; readonly addresses: readonly string[] }> {
  if (!cluster) throw new Error('there is no cluster whose primary could be asked about');
  const { namespace, service } = canary;
  const primary = await addressesBehind(cluster, namespace, service.primaryName);
  if (primary.length > 0) return { server: 'primary', addresses: primary };
  return { server: 'target', addresses: await addressesBehind(cluster, namespace, service.name) };
}

type Answer = Pick<LiveMetric, 'verdict' | 'value' | 'reason' | 'query'>;

async function reading({ source }: PlacedSource, asking: Asking, deadline: AbortSignal): Promise<Answer> {
  let query: string | undefined;
  try {
    const question = await questionOf(source, asking);
    ({ query } = question);
    const value = question.inUnit(await question.provider.query(query, deadline));
    const { min = -Infinity, max = Infinity } = source.range;
    return { verdict: value >= min && value <= max ? 'passes' : 'halts', value, query };
  } catch (error) {
    if (deadline.aborted && error === deadline.reason) {
      const reason = `not answered within ${formatGoDuration(PATIENCE_MS)} for all metrics together`;
      return { verdict: 'unreachable', reason, ...(query === undefined ? {} : { query }) };
    }
    return { ...failure(error), ...(query === undefined ? {} : { query }) };
  }
}

/** @throws errors that aren't about the metric */
function failure(error: unknown): Answer {
  const reason = messageOf(error);
  if (error instanceof NotAsked) return { verdict: 'not-asked', reason };
  if (error instanceof NoValuesFound) return { verdict: 'no-values', reason };
  if (error instanceof UserError || error instanceof KubeError) return { verdict: 'broken', reason };
  if (error instanceof TransientError) return { verdict: 'unreachable', reason };
  throw error;
}

function mayShow({ source }: PlacedSource, { templates }: Subject, { showAllQueries }: LiveOptions): boolean {
  if (source.kind !== 'template' || showAllQueries) return true;
  const known = templates.get(templateKey(source.templateRef));
  return known?.state === 'found' && known.given;
}

/** In order, so many at the same time. */
async function inTurns<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    results.push(...(await Promise.all(items.slice(start, start + atOnce).map(work))));
  }
  return results;
}
