import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { BUILTIN_METRICS } from '../../../src/crds/schema/checks.js';
import { NoValuesFound } from '../../../src/metrics/errors.js';
import { evaluateMetrics } from '../../../src/metrics/analysis/evaluate.js';
import type { QueryModel } from '../../../src/metrics/model.js';
import type { ProviderOptions } from '../../../src/metrics/port.js';
import { builtinQuery, renderBuiltin, type Flavour } from '../../../src/metrics/queries/builtin.js';
import { FLAGGER_QUERIES, type Observer } from '../../../src/metrics/queries/flagger.js';
import { shareQueries } from '../../../src/metrics/queries/share.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { contextOf, sourcesOf } from '../fixtures.js';
import { startPrometheus } from './real.js';
import { never, serve } from '../../harness/http/server.js';

const PRIMARY = '10.0.0.1';
const CANARY = '10.0.0.11';
const FAILING = '10.0.0.111';
const SILENT = '10.0.0.5';

/** Requests a second, by pod and status code; a tenth of the canary's take between 0.5 and 1 seconds. */
const TRAFFIC: readonly (readonly [node: string, code: number, perSecond: number, slow: number])[] = [
  [PRIMARY, 200, 1000, 0],
  [CANARY, 200, 90, 10],
  [CANARY, 500, 10, 0],
  [FAILING, 500, 50, 50],
];

/** What APISIX exports after `seconds` of that traffic through the walkthrough's generated route. */
function exported(seconds: number): string {
  const route = 'test_podinfo-podinfo-canary_method';
  return TRAFFIC.flatMap(([node, code, perSecond, slow]) => {
    const count = (rate: number) => (rate * seconds).toFixed(3);
    const latency = `apisix_http_latency_bucket{type="request",route="${route}",node="${node}",code="${code}"`;
    return [
      `apisix_http_status{code="${code}",route="${route}",node="${node}"} ${count(perSecond)}`,
      `${latency},le="100"} ${count(perSecond - slow)}`,
      `${latency},le="500"} ${count(perSecond - slow)}`,
      `${latency},le="1000"} ${count(perSecond)}`,
      `${latency},le="+Inf"} ${count(perSecond)}`,
    ];
  })
    .concat(istio(seconds), nginx(seconds))
    .map((line) => `${line}\n`)
    .join('');
}

/** Fifty requests a second, all of which fail. */
function istio(seconds: number): readonly string[] {
  const labels = 'reporter="destination",destination_workload_namespace="test",destination_workload="podinfo"';
  return [`istio_requests_total{${labels},response_code="503"} ${(50 * seconds).toFixed(3)}`];
}

/** A hundred requests a second, of which two take between 2 and 4 seconds, and the others next to nothing. */
function nginx(seconds: number): readonly string[] {
  const name = 'nginx_ingress_controller_response_duration_seconds';
  const labels = 'namespace="test",ingress="podinfo",canary="test-podinfo-canary-80"';
  const bucket = (le: string, rate: number) => `${name}_bucket{${labels},le="${le}"} ${(rate * seconds).toFixed(3)}`;
  return [
    ...[bucket('0.1', 98), bucket('2', 98), bucket('4', 100), bucket('+Inf', 100)],
    `${name}_sum{${labels}} ${(7 * seconds).toFixed(3)}`,
    `${name}_count{${labels}} ${(100 * seconds).toFixed(3)}`,
  ];
}

const MODEL: QueryModel = {
  name: 'podinfo',
  namespace: 'test',
  target: 'podinfo',
  service: 'podinfo',
  ingress: 'podinfo',
  route: 'podinfo',
  interval: '4s',
  variables: {},
};

const addresses = () => Promise.resolve([CANARY, FAILING]);

describe('on a real Prometheus', () => {
  test('every built-in query is understood', async (t) => {
    const prometheus = createProvider(provider(await started(t)));
    for (const observer of Object.keys(FLAGGER_QUERIES) as Observer[]) {
      for (const metric of BUILTIN_METRICS) {
        for (const flavour of ['flagger', 'canary-only'] as const) {
          const model = { ...MODEL, namespace: 'empty' };
          const text = renderBuiltin(builtinQuery(observer, metric, { flavour }), model, [PRIMARY, 'fd00::1']);
          await assert.rejects(prometheus.query(text ?? '', never), NoValuesFound, `${observer} ${metric} ${flavour}`);
        }
      }
      const share = await shareQueries(observer, { ...MODEL, namespace: 'empty' }, addresses);
      for (const query of share ? [share.percent, share.requests] : []) {
        await assert.rejects(prometheus.query(query, never), NoValuesFound, `${observer} ${query}`);
      }
    }
  });

  test('queries that are put as one are answered as they are one by one', async (t) => {
    const prometheus = createProvider(provider(await started(t)));
    const of = (observer: Observer, flavour: Flavour) =>
      BUILTIN_METRICS.map(
        (metric) => renderBuiltin(builtinQuery(observer, metric, { flavour }), MODEL, [CANARY]) ?? '',
      );
    const share = await shareQueries('apisix', MODEL, addresses);
    assert.ok(share);
    const nothing = (await shareQueries('apisix', { ...MODEL, namespace: 'empty' }, addresses))?.percent ?? '';
    await patiently(() => prometheus.query(share.percent, never));
    await patiently(() => prometheus.query(of('nginx', 'flagger').at(-1) ?? '', never));
    const queries = [
      ...of('apisix', 'canary-only'),
      ...of('istio', 'canary-only'),
      ...of('nginx', 'flagger'),
      share.percent,
    ];
    const found = await prometheus.together?.([nothing, ...queries], never);
    assert.equal(found?.has(nothing), false);
    for (const query of queries) {
      const alone = await prometheus.query(query, never).catch(() => undefined);
      const beside = found.get(query);
      const same =
        alone === undefined ? beside === undefined || Number.isNaN(beside) : Math.abs(alone - (beside ?? 0)) < 1;
      assert.ok(same, `${query}: ${alone} alone, ${beside} beside others`);
    }
    assert.ok(found.size > 4);
  });

  test('how the requests were divided is reported', async (t) => {
    const url = await started(t);
    const prometheus = createProvider(provider(url));
    const queries = await shareQueries('apisix', MODEL, addresses);
    assert.ok(queries);
    const { percent, requests } = queries;
    // What is seen of the window grows until the exporter has been there for all of it.
    const isWhole = (seen: number): boolean => Math.abs(seen - 4 * 1150) < 1150;
    const seen = await patiently(() => prometheus.query(requests, never), isWhole);
    assert.ok(isWhole(seen), `${seen} is not about 4600`);
    const share = await prometheus.query(percent, never);
    assert.ok(Math.abs(share - (150 / 1150) * 100) < 0.5, `${share} is not about 13`);
    // Nobody has met a canary that is just there.
    const none = await shareQueries('apisix', MODEL, () => Promise.resolve([SILENT]));
    assert.equal(await prometheus.query(none?.percent ?? '', never), 0);
  });

  test('the canary’s requests are told apart', async (t) => {
    const url = await started(t);
    const prometheus = createProvider(provider(url));
    const ask = (metric: (typeof BUILTIN_METRICS)[number], flavour: Flavour, ...nodes: readonly string[]) =>
      prometheus.query(renderBuiltin(builtinQuery('apisix', metric, { flavour }), MODEL, nodes) ?? '', never);
    const about = (actual: number, expected: number) =>
      assert.ok(Math.abs(actual - expected) < 0.5, `${actual} is not about ${expected}`);
    await patiently(() => ask('request-success-rate', 'flagger'));

    about(await ask('request-success-rate', 'canary-only', CANARY), 90);
    about(await ask('request-success-rate', 'canary-only', PRIMARY), 100);
    about(await ask('request-success-rate', 'canary-only', FAILING), 0);
    about(await ask('request-success-rate', 'canary-only', CANARY, FAILING), 60);
    about(await ask('request-success-rate', 'flagger'), (1090 / 1150) * 100);
    about(await ask('request-duration', 'canary-only', PRIMARY), 99);
    about(await ask('request-duration', 'canary-only', CANARY), 950);
    about(await ask('request-duration', 'canary-only', FAILING), 995);
    await assert.rejects(ask('request-success-rate', 'canary-only', SILENT), NoValuesFound);
    await assert.rejects(ask('request-duration', 'canary-only', SILENT), NoValuesFound);

    // The whole route hides what the canary does.
    const metrics = [{ name: 'request-success-rate', interval: '4s', thresholdRange: { min: 94 } }];
    const sources = sourcesOf({ addresses: [CANARY] });
    const verdict = async (flavour: Flavour) => {
      const context = contextOf(url, metrics, { flavour, names: MODEL });
      return (await evaluateMetrics(context, sources, never)).map(({ message }) => message);
    };
    assert.deepEqual(await verdict('flagger'), [undefined]);
    assert.deepEqual(await verdict('canary-only'), ['Halt podinfo.test advancement success rate 90.00% < 94%']);
  });
});

describe('on a real Prometheus, with other gateways', () => {
  test('nothing but failures, and the slow among many', async (t) => {
    const prometheus = createProvider(provider(await started(t)));
    const ask = (observer: Observer, metric: (typeof BUILTIN_METRICS)[number], flavour: Flavour) =>
      prometheus.query(renderBuiltin(builtinQuery(observer, metric, { flavour }), MODEL, []) ?? '', never);
    await patiently(() => ask('nginx', 'request-duration', 'flagger'));

    assert.equal(await ask('istio', 'request-success-rate', 'canary-only'), 0);
    await assert.rejects(ask('istio', 'request-success-rate', 'flagger'), NoValuesFound);
    const mean = await ask('nginx', 'request-duration', 'flagger');
    assert.ok(Math.abs(mean - 70) < 1, `${mean} is not about 70`);
    const percentile = await ask('nginx', 'request-duration', 'canary-only');
    assert.ok(Math.abs(percentile - 3_000) < 20, `${percentile} is not about 3000`);
  });
});

async function started(t: TestContext): Promise<string> {
  const start = Date.now();
  const exporter = await serve(t, (_, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(exported((Date.now() - start) / 1000));
  });
  return startPrometheus(t, new URL(exporter.url).host);
}

function provider(address: string): ProviderOptions {
  const rest = { headers: {}, secretRef: undefined, region: undefined, insecureSkipVerify: false };
  return { provider: { type: 'prometheus', address, ...rest } };
}

/** Asks until there is a value, and enough of it, as far as that comes in time: a rate takes two samples of each series. */
async function patiently(ask: () => Promise<number>, isEnough = (_: number): boolean => true): Promise<number> {
  for (const deadline = Date.now() + 10_000; ; await after(100)) {
    try {
      const value = await ask();
      if (isEnough(value) || Date.now() > deadline) return value;
    } catch (error) {
      if (!(error instanceof NoValuesFound) || Date.now() > deadline) throw error;
    }
  }
}
