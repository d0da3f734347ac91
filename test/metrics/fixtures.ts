import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parseCanary } from '../../src/crds/canary.js';
import { parseMetricTemplate } from '../../src/crds/metric-template.js';
import { UserError } from '../../src/errors.js';
import { metricsContextOf, type MetricsContext, type MetricsSources } from '../../src/metrics/context.js';
import type { Flavour } from '../../src/metrics/queries/builtin.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';
import { reply, serve, type Answer } from '../harness/http/server.js';
import { success, vector } from './prometheus/vendor.js';

export const NOTHING = vector();
export const BAD_QUERY: Answer = { status: 400, body: 'parse error' };
export const DOWN: Answer = { status: 503, body: 'down' };

/** One number, as Prometheus answers it. */
export function number(value: number | string): Answer {
  return vector(String(value));
}

/**
 * A Prometheus with preset answers that records its queries.
 *
 * @param answer is given the query and the time it is about, milliseconds since 1970 (NaN for now)
 */
export async function prometheus(t: TestContext, answer: (query: string, at: number) => Answer) {
  const queries: string[] = [];
  const { url } = await serve(t, (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x');
    const query = searchParams.get('query') ?? '';
    const time = searchParams.get('time');
    queries.push(query);
    reply(response, answer(query, time === null ? Number.NaN : Number(time) * 1000));
  });
  return { url, queries };
}

const TOGETHER = /label_replace\( \( (.*?) \), "serinus_query", "(\w+)", "", "" \)/g;

/** The queries that were put as one, or the one that was put by itself. */
export function partsOf(query: string): readonly string[] {
  const parts = [...query.matchAll(TOGETHER)].map(([, part = '']) => part);
  return parts.length === 0 ? [query] : parts.filter((part) => part !== 'vector(1)');
}

/** Answers queries that are put as one as Prometheus does: by the series of each, or by the first failure. */
export function answeringTogether(answer: (query: string) => Answer): (query: string) => Answer {
  return (whole) => {
    const parts = [...whole.matchAll(TOGETHER)].map(([, part = '', label = '']) => ({ label, ...answer(part) }));
    if (parts.length === 0) return answer(whole);
    const result = parts.flatMap(({ label, body }) =>
      seriesIn(body).map((series) => ({ ...series, metric: { serinus_query: label } })),
    );
    return parts.find(({ status }) => status !== 200) ?? success('vector', result);
  };
}

function seriesIn(body: string): readonly object[] {
  try {
    return (JSON.parse(body) as { readonly data?: { readonly result?: readonly object[] } }).data?.result ?? [];
  } catch {
    return [];
  }
}

/** As in `analysis.metrics`. */
export type MetricSpec = Readonly<Record<string, unknown>> & { readonly name: string };

/** The Canary `shop`, which releases the Deployment `podinfo`, as users write it. */
export function contextOf(
  metricsServer: string,
  metrics: readonly MetricSpec[],
  more: Partial<MetricsContext> & { readonly flavour?: Flavour } = {},
): MetricsContext {
  const edits = { 'metadata.name': 'shop', 'spec.metricsServer': metricsServer, 'spec.analysis.metrics': metrics };
  const parsed = parseCanary(canaryWith(edits), OPTIONS);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const settings = { meshProvider: 'apisix', builtinQueries: 'canary-only', providerErrors: 'hold' } as const;
  return { ...metricsContextOf(parsed.value, settings), ...more };
}

/** Templates by `name.namespace`, as users write them; a function is called for what it throws. */
export interface Cluster {
  readonly templates?: Readonly<Record<string, { readonly provider: object; readonly query: string } | (() => never)>>;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>> | (() => never)>>;
  readonly addresses?: readonly string[];
}

export function sourcesOf({ templates = {}, secrets = {}, addresses = ['10.0.0.1'] }: Cluster = {}): MetricsSources {
  return {
    template: (namespace, name) =>
      found(templates, `${name}.${namespace}`, (spec) => {
        const metadata = { name, namespace, uid: 'u', generation: 1 };
        const object = { apiVersion: 'flagger.app/v1beta1', kind: 'MetricTemplate', metadata, spec };
        const parsed = parseMetricTemplate(object);
        if (parsed.ok) return parsed.value;
        throw new UserError(`${parsed.refusal.field}: ${parsed.refusal.remedy}`);
      }),
    secret: (namespace, name) => found(secrets, `${name}.${namespace}`, (entries) => entries),
    canaryAddresses: () => Promise.resolve(addresses),
  };
}

function found<T extends object, R>(
  all: Readonly<Record<string, T | (() => never)>>,
  key: string,
  read: (found: T) => R,
): Promise<R> {
  return Promise.resolve().then(() => {
    const entry = all[key];
    if (entry === undefined) throw new UserError(`"${key}" not found`);
    return typeof entry === 'function' ? entry() : read(entry);
  });
}
