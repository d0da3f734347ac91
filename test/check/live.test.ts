import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Finding } from '../../src/check/finding.js';
import type { LiveMetric } from '../../src/check/live/metric.js';
import { canaryWith } from '../crds/fixtures.js';
import { BAD_QUERY, DOWN, NOTHING, number, prometheus } from '../metrics/fixtures.js';

import { closedAddress } from '../harness/http/server.js';
import { clusterOf, slice } from './cluster.js';
import { checked, NOT_FOUND_PERCENTAGE, route, target, template, type Edits } from './fixtures.js';

const METRICS = 'spec.analysis.metrics';
const CUSTOM = { name: 'orders', templateRef: { name: 'custom' }, interval: '30s' };
const PODS = slice('podinfo-primary', '10.0.0.7', '10.0.0.8');

interface CheckedCluster {
  readonly metrics: readonly object[];
  readonly answer?: Parameters<typeof prometheus>[1];
  readonly canary?: Edits;
  /** In the file. */
  readonly given?: readonly object[];
  readonly cluster?: readonly object[];
  readonly forbidden?: readonly string[];
  readonly showAllQueries?: boolean;
}

/** What a live check finds, and what it has asked. */
async function live(t: TestContext, world: CheckedCluster) {
  const { metrics, answer = () => number(1), canary = {}, given = [], forbidden = [] } = world;
  const { url, queries } = await prometheus(t, answer);
  const object = canaryWith({ 'spec.metricsServer': url, [METRICS]: metrics, ...canary });
  const addressed = given.map((one) => JSON.parse(JSON.stringify(one).replaceAll('PROMETHEUS', url)) as object);
  const there = (world.cluster ?? [PODS]).map(
    (one) => JSON.parse(JSON.stringify(one).replaceAll('PROMETHEUS', url)) as object,
  );
  const report = await checked([object, target(), route(), ...addressed], {
    cluster: clusterOf(there, forbidden),
    live: { environment: {}, showAllQueries: world.showAllQueries ?? true },
  });
  const [metric] = report.metrics ?? [];
  assert.ok(metric);
  const plain = queries.map((query) => query.replace(/\s+/g, ' '));
  return { ...report, metric, queries: plain, rules: report.findings.map(({ rule }) => rule) };
}

const at = { 'spec.provider.address': 'PROMETHEUS' };

function by(rule: string, findings: readonly Finding[]): Finding {
  const [found, ...others] = findings.filter((finding) => finding.rule === rule);
  assert.ok(found && others.length === 0, JSON.stringify(findings));
  return found;
}

describe('what would halt a release', () => {
  test('the walkthrough’s 404s percentage is caught, with its value, its threshold and what is wrong', async (t) => {
    const metric = { ...CUSTOM, name: '404s percentage', thresholdRange: { max: 5 } };
    const { findings, metric: seen } = await live(t, {
      metrics: [metric],
      given: [template(NOT_FOUND_PERCENTAGE, at)],
      answer: () => number(99.876543),
    });
    assert.deepEqual(by('would-halt', findings), {
      rule: 'would-halt',
      severity: 'error',
      object: 'Canary/podinfo',
      field: 'spec.analysis.metrics[0]',
      value: '404s percentage',
      message: '404s percentage is 99.8765 for the primary now, above 5: it would halt every release',
      remedy: 'the query seems to be the wrong way round: 100 minus its value, 0.123457, would pass',
    });
    assert.equal(findings[0]?.rule, 'would-halt');
    const { query: _query, ...rest } = seen;
    assert.deepEqual(rest, {
      metric: '404s percentage',
      field: 'spec.analysis.metrics[0]',
      kind: 'template',
      of: 'primary',
      verdict: 'halts',
      value: 99.876543,
      max: 5,
    });
  });

  const cases: readonly (readonly [string, object, number, RegExp])[] = [
    [
      'a success rate',
      { name: 'request-success-rate', thresholdRange: { min: 99 } },
      97.5,
      /is 97.5 % for the primary now, below 99 %.*is the primary not well/,
    ],
    [
      'a duration',
      { name: 'request-duration', thresholdRange: { max: 500 } },
      1515.7,
      /is 1.515s for the primary now, above 500ms/,
    ],
    [
      'a share that should be percent',
      { ...CUSTOM, thresholdRange: { min: 99 } },
      0.998,
      /is 0.998 .*below 99.*yield a share, not percent: 100 times its value, 99.8/,
    ],
    [
      'a share the wrong way round',
      { ...CUSTOM, thresholdRange: { max: 0.05 } },
      0.998,
      /is 0.998 .*above 0.05.*wrong way round: 1 minus its value, 0.002, would pass/,
    ],
    ['an inline query', { name: 'queue', query: 'queue', thresholdRange: { max: 3 } }, 1e7, /is 1e\+07 .*above 3/],
  ];
  for (const [name, metric, value, words] of cases) {
    test(name, async (t) => {
      const { findings } = await live(t, {
        metrics: [metric],
        given: [template('orders', at)],
        answer: () => number(value),
      });
      const { message, remedy } = by('would-halt', findings);
      assert.match(`${message}; ${remedy}`, words);
    });
  }

  test('a bound is no breach, nor is what it is compared with rounded', async (t) => {
    const metrics = [{ ...CUSTOM, thresholdRange: { min: 1, max: 5 } }];
    const given = [template('orders', at)];
    const five = await live(t, { metrics, given, answer: () => number(5) });
    assert.deepEqual([five.metric.verdict, five.rules], ['passes', []]);
    const more = await live(t, { metrics, given, answer: () => number(5.0000001) });
    assert.equal(more.metric.verdict, 'halts');
  });
});

describe('what is asked about the primary', () => {
  const RATE = { name: 'request-success-rate', thresholdRange: { min: 99 }, interval: '1m' };
  const builtin: readonly (readonly [string, Edits, RegExp])[] = [
    ['apisix', {}, /route=~"test_podinfo-podinfo-canary_.+", node=~"10\\\\.0\\\\.0\\\\.7\|10\\\\.0\\\\.0\\\\.8"/],
    ['istio', {}, /destination_workload=~"podinfo-primary"/],
    ['linkerd', {}, /deployment=~"podinfo-primary"/],
    ['kubernetes', {}, /kubernetes_pod_name=~"podinfo-primary-\[0-9a-zA-Z\]\+/],
    ['contour', { 'spec.service.name': 'shop' }, /envoy_cluster_name=~"test_shop-primary_/],
    ['gloo', { 'spec.service.name': 'shop' }, /envoy_cluster_name=~"test-shop-primaryupstream-/],
    ['kuma', { 'spec.service.name': 'shop' }, /service=~"shop-primary_test_svc_/],
    [
      'traefik',
      { 'spec.service.name': 'shop' },
      /service=~"\(test-shop-primary-\[0-9a-zA-Z-\]\+\|test_shop_wrr_\[0-9\]\+_test_shop-primary_/,
    ],
    ['nginx', {}, /ingress="podinfo", canary=""/],
    [
      'skipper',
      { 'spec.service.name': 'my-shop' },
      /route=~"kube\(ew\)\?_test__podinfo_canary__\.\*__my_shop_primary\(_\[0-9\]\+\)\?"/,
    ],
  ];
  for (const [provider, edits, words] of builtin) {
    test(`by the built-in check of ${provider}`, async (t) => {
      const name = (edits['spec.service.name'] ?? 'podinfo') as string;
      const { queries, metric } = await live(t, {
        metrics: [RATE],
        canary: { 'spec.provider': provider, ...mended(provider), ...edits },
        cluster: [slice(`${name}-primary`, '10.0.0.7', '10.0.0.8')],
        answer: () => number(100),
      });
      assert.equal(metric.verdict, 'passes', JSON.stringify(metric));
      assert.match(queries[0] ?? '', words);
      assert.doesNotMatch(queries[0] ?? '', /standin/);
      assert.equal(metric.query?.replace(/\s+/g, ' '), queries[0]);
    });
  }

  test('by a template, wherever it has the target, the Service and the route', async (t) => {
    const text =
      '{{ name }} {{ namespace }} {{ target }} {{ target }}-canary {{ service }} {{ service }}-canary {{ route }} {{ ingress }} {{ interval }} {{ variables.x }} {{ printf "%s-canary" target }}';
    const metrics = [{ ...CUSTOM, templateVariables: { x: 'y' }, thresholdRange: { max: 5 } }];
    const given = [template(text, at)];
    const renamed = { 'spec.service.name': 'shop' };
    const apisix = await live(t, { metrics, given, canary: renamed, cluster: [slice('shop-primary', '10.0.0.7')] });
    assert.deepEqual(apisix.queries, [
      'podinfo test podinfo-primary podinfo-canary shop shop-canary podinfo podinfo 30s y podinfo-canary',
    ]);
    const istio = await live(t, {
      ...{ metrics, given, cluster: [slice('shop-primary', '10.0.0.7')] },
      canary: { ...renamed, 'spec.provider': 'istio' },
    });
    assert.deepEqual(istio.queries, [
      'podinfo test podinfo-primary podinfo-primary shop shop-primary podinfo podinfo 30s y podinfo-primary',
    ]);
  });

  test('before there is a primary, about the target as it serves', async (t) => {
    const { queries, metric, findings } = await live(t, {
      metrics: [RATE],
      canary: { 'spec.provider': 'istio' },
      cluster: [slice('podinfo', '10.0.0.1')],
    });
    assert.equal(metric.of, 'target');
    assert.match(queries[0] ?? '', /destination_workload=~"podinfo"/);
    assert.equal(by('no-primary-yet', findings).severity, 'info');
  });

  test('an inline query as it is', async (t) => {
    const { queries } = await live(t, { metrics: [{ name: 'q', query: 'sum(up{app="podinfo"})', threshold: 5 }] });
    assert.deepEqual(queries, ['sum(up{app="podinfo"})']);
  });

  test('while a release is under way, with a word of warning', async (t) => {
    const status = { phase: 'Progressing' };
    const own = { ...canaryWith({}), status };
    const { findings, rules } = await live(t, { metrics: [RATE], cluster: [PODS, own], answer: () => number(100) });
    assert.equal(by('release-under-way', findings).severity, 'info');
    assert.ok(!rules.includes('shared-target'), 'it is the same Canary');
  });
});

describe('what finds no value', () => {
  const metrics = [{ ...CUSTOM, thresholdRange: { max: 5 } }];
  const given = [template('orders', at)];

  test('nothing there', async (t) => {
    const { metric, findings } = await live(t, { metrics, given, answer: () => NOTHING });
    assert.equal(metric.verdict, 'no-values');
    const finding = by('no-values', findings);
    assert.equal(finding.severity, 'warning');
    assert.match(finding.message, /no values found for orders: the primary gets no requests now, or/);
  });

  test('no pods whose requests could be counted', async (t) => {
    const rate = { name: 'request-success-rate', thresholdRange: { min: 99 } };
    const { metric, queries } = await live(t, { metrics: [rate], cluster: [] });
    assert.deepEqual([metric.verdict, metric.of, queries], ['no-values', 'target', []]);
  });

  test('one metric doesn’t keep another from being asked', async (t) => {
    const many = Array.from({ length: 9 }, (_, i) => ({ name: `m${i}`, query: `q${i}`, thresholdRange: { max: 5 } }));
    const { metrics: all } = await live(t, {
      metrics: many,
      answer: (query) => ({ q0: NOTHING, q1: BAD_QUERY, q2: DOWN, q3: number(9) })[query] ?? number(1),
    });
    assert.deepEqual(
      all?.map(({ verdict }) => verdict),
      ['no-values', 'broken', 'unreachable', 'halts', 'passes', 'passes', 'passes', 'passes', 'passes'],
    );
  });

  const broken: readonly (readonly [string, CheckedCluster, string, RegExp])[] = [
    ['a query that is refused', { metrics, given, answer: () => BAD_QUERY }, 'metric-broken', /parse error/],
    ['a provider that fails', { metrics, given, answer: () => DOWN }, 'metric-unreachable', /503/],
    ['a template that is missing', { metrics }, 'missing-object', /no MetricTemplate\/custom, neither in the file/],
    [
      'a template that can’t be rendered',
      { metrics, given: [template('{{ nonsense }}', at)] },
      'template-unreadable',
      /nonsense/,
    ],
    [
      'a Secret that is missing',
      { metrics, given: [template('orders', { ...at, 'spec.provider.secretRef': { name: 'key' } })] },
      'metric-broken',
      /there is no Secret "key" in namespace "test"/,
    ],
    [
      'a Secret that may not be read',
      {
        metrics,
        given: [template('orders', { ...at, 'spec.provider.secretRef': { name: 'key' } })],
        forbidden: ['Secret'],
      },
      'metric-not-asked',
      /Secret is forbidden/,
    ],
    [
      'what only Serinus itself may ask',
      { metrics, given: [template('keptnmetric/test/orders', { 'spec.provider': { type: 'keptn' } })] },
      'metric-not-asked',
      /the server asks keptn by its own account/,
    ],
  ];
  for (const [name, world, rule, words] of broken) {
    test(name, async (t) => {
      const { findings } = await live(t, world);
      const said = findings.filter(({ message }) => /orders|custom/.test(message));
      assert.equal(said.length, 1, JSON.stringify(said));
      assert.match(by(rule, findings).message, words);
    });
  }

  test('an address at which nobody listens', async (t) => {
    const edits = { 'spec.provider.address': await closedAddress() };
    const { findings } = await live(t, { metrics, given: [template('orders', edits)] });
    assert.match(by('metric-unreachable', findings).remedy, /reached from where the check runs/);
  });
});

test('a Secret of the file is sent, and never said', async (t) => {
  const key = 'hunter2-hunter2';
  const given = [
    template('orders', { ...at, 'spec.provider.secretRef': { name: 'key' } }),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace: 'test' },
      stringData: { token: key },
    },
  ];
  const report = await live(t, { metrics: [{ ...CUSTOM, thresholdRange: { max: 5 } }], given, answer: () => DOWN });
  assert.equal(report.metric.verdict, 'unreachable');
  assert.doesNotMatch(JSON.stringify(report), new RegExp(key));
});

test('queries of the cluster’s templates are shown to those who may read them only', async (t) => {
  const metrics = [{ ...CUSTOM, thresholdRange: { max: 5 } }];
  const cluster = [PODS, template('secret_orders', at)];
  const shown = async (world: Partial<CheckedCluster>): Promise<LiveMetric['query']> =>
    (await live(t, { metrics, cluster, ...world })).metric.query;
  assert.equal(await shown({}), 'secret_orders');
  assert.equal(await shown({ showAllQueries: false }), undefined);
  assert.equal(await shown({ showAllQueries: false, given: [template('own', at)] }), 'own');
});

describe('what is looked at in the cluster', () => {
  test('is what the file doesn’t have', async () => {
    const there = clusterOf([
      target({ 'spec.replicas': 0, 'spec.strategy': undefined }),
      target({ 'metadata.name': 'podinfo-primary', 'spec.replicas': 8 }),
      route({ 'spec.http': [] }),
      canaryWith({ 'metadata.name': 'rival' }),
    ]);
    const { findings } = await checked([canaryWith({})], { cluster: there });
    assert.match(by('max-unavailable', findings).message, /up to 2 of 8 pods/);
    assert.match(by('route-unusable', findings).message, /no rule/);
    assert.match(by('shared-target', findings).message, /rival releases the same Deployment/);
  });

  test('and is said to be missing where neither has it', async () => {
    const { findings } = await checked([canaryWith({})], { cluster: clusterOf([]) });
    assert.deepEqual(
      findings.filter(({ rule }) => rule === 'missing-object').map(({ severity, field }) => [severity, field]),
      [
        ['error', 'spec.targetRef.name'],
        ['error', 'spec.routeRef.name'],
      ],
    );
  });

  test('and is said not to be known where it may not be read', async () => {
    const cluster = clusterOf([target()], ['Deployment', 'ApisixRoute', 'Canary']);
    const { findings } = await checked([canaryWith({})], { cluster });
    const unknown = findings.filter(({ rule }) => rule === 'not-looked-at');
    assert.deepEqual(
      unknown.map(({ message }) => message),
      [
        'Deployment/podinfo was not looked at: Deployment is forbidden',
        'ApisixRoute/podinfo was not looked at: ApisixRoute is forbidden',
      ],
    );
  });
});

function mended(provider: string): Edits {
  switch (provider) {
    case 'kubernetes':
      return { 'spec.analysis.stepWeight': undefined, 'spec.analysis.iterations': 5 };
    case 'nginx':
    case 'skipper':
      return { 'spec.ingressRef': { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'podinfo' } };
    default:
      return {};
  }
}
