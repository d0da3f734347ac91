import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { evaluateMetrics } from '../../src/metrics/analysis/evaluate.js';
import { contextOf, number, prometheus, sourcesOf, type Cluster, type MetricSpec } from './fixtures.js';
import { never, serve } from '../harness/http/server.js';

const SUCCESS_RATE = { name: 'request-success-rate', interval: '1m' };
const DURATION = { name: 'request-duration', interval: '30s' };
const INLINE = { name: 'errors', query: 'sum(errors)' };
const TEMPLATE = { name: '404s percentage', templateRef: { name: 'not-found' }, interval: '1m' };

describe('values and their ranges', () => {
  const cases: readonly (readonly [string, MetricSpec, number | string, string | undefined])[] = [
    ['at the minimum', { ...SUCCESS_RATE, thresholdRange: { min: 99 } }, 99, undefined],
    [
      'below the minimum',
      { ...SUCCESS_RATE, thresholdRange: { min: 99 } },
      67.698,
      'Halt shop.test advancement success rate 67.70% < 99%',
    ],
    [
      'nothing succeeds',
      { ...SUCCESS_RATE, thresholdRange: { min: 99 } },
      0,
      'Halt shop.test advancement success rate 0.00% < 99%',
    ],
    [
      'above the maximum',
      { ...SUCCESS_RATE, thresholdRange: { max: 99.5 } },
      100,
      'Halt shop.test advancement success rate 100.00% > 99.5%',
    ],
    [
      'threshold is a minimum',
      { ...SUCCESS_RATE, threshold: 99 },
      98.999,
      'Halt shop.test advancement success rate 99.00% < 99%',
    ],
    ['threshold is no maximum', { ...SUCCESS_RATE, threshold: 99 }, 100, undefined],
    ['without bounds', SUCCESS_RATE, 0, undefined],
    ['an empty range', { ...SUCCESS_RATE, thresholdRange: {} }, 0, undefined],
    ['range before threshold', { ...SUCCESS_RATE, threshold: 99, thresholdRange: { min: 90 } }, 95, undefined],

    ['fraction left out', { ...DURATION, thresholdRange: { max: 500 } }, 500.999, undefined],
    [
      'too slow',
      { ...DURATION, thresholdRange: { max: 500 } },
      1515.2,
      'Halt shop.test advancement request duration 1.515s > 500ms',
    ],
    ['minutes', { ...DURATION, threshold: 500 }, 62_000, 'Halt shop.test advancement request duration 1m2s > 500ms'],
    [
      'too fast',
      { ...DURATION, thresholdRange: { min: 10 } },
      9.9,
      'Halt shop.test advancement request duration 9ms < 10ms',
    ],
    [
      'bounds in whole milliseconds',
      { ...DURATION, thresholdRange: { max: 0.9 } },
      1,
      'Halt shop.test advancement request duration 1ms > 0s',
    ],
    ['threshold 0', DURATION, 1, 'Halt shop.test advancement request duration 1ms > 0s'],
    ['threshold 0 and less than a millisecond', DURATION, 0.9, undefined],
    [
      'an endless duration',
      { ...DURATION, threshold: 500 },
      '+Inf',
      'Halt shop.test advancement request duration +Inf > 500ms',
    ],

    ['inline, at the maximum', { ...INLINE, thresholdRange: { max: 0.5 } }, 0.5, undefined],
    [
      'inline, above it',
      { ...INLINE, thresholdRange: { max: 0.5 } },
      0.625,
      'Halt shop.test advancement errors 0.62 > 0.5',
    ],
    ['inline, below', { ...INLINE, thresholdRange: { min: 1e6 } }, 3, 'Halt shop.test advancement errors 3.00 < 1e+06'],
    ['inline, threshold', { ...INLINE, threshold: 5 }, 5.1, 'Halt shop.test advancement errors 5.10 > 5'],
    ['inline, threshold 0', INLINE, 0.001, 'Halt shop.test advancement errors 0.00 > 0'],
    ['inline, negative', INLINE, -1, undefined],
    ['inline, infinite', INLINE, '+Inf', 'Halt shop.test advancement errors +Inf > 0'],

    ['template, within', { ...TEMPLATE, thresholdRange: { max: 5 } }, 5, undefined],
    [
      'template, above',
      { ...TEMPLATE, thresholdRange: { max: 5 } },
      100,
      'Halt shop.test advancement 404s percentage 100.00 > 5',
    ],
    [
      'template, below',
      { ...TEMPLATE, thresholdRange: { min: 5 } },
      4.9,
      'Halt shop.test advancement 404s percentage 4.90 < 5',
    ],
    ['template, threshold', { ...TEMPLATE, threshold: 5 }, 6, 'Halt shop.test advancement 404s percentage 6.00 > 5'],
  ];
  for (const [what, metric, value, message] of cases) {
    test(`${metric.name}: ${what}`, async (t) => {
      const { url } = await prometheus(t, () => number(value));
      const templates = { 'not-found.test': { provider: { type: 'prometheus', address: url }, query: 'up' } };
      const results = await evaluateMetrics(contextOf(url, [metric]), sourcesOf({ templates }), never);
      assert.deepEqual(
        results.map((result) => [result.metric, result.ok, result.message, result.providerError]),
        [[metric.name, message === undefined, message, undefined]],
      );
    });
  }

  test('a result holds the value in its unit and its bounds', async (t) => {
    const { url } = await prometheus(t, (query) => number(query.includes('latency') ? 120.7 : 99.5));
    const metrics = [
      { ...SUCCESS_RATE, thresholdRange: { min: 99 } },
      { ...DURATION, thresholdRange: { min: 1, max: 500 } },
    ];
    assert.deepEqual(await evaluateMetrics(contextOf(url, metrics), sourcesOf(), never), [
      { metric: 'request-success-rate', ok: true, value: 99.5, min: 99 },
      { metric: 'request-duration', ok: true, value: 120, min: 1, max: 500 },
    ]);
  });

  test('seconds of the HTTP observer become milliseconds', async (t) => {
    const { url } = await prometheus(t, () => number('0.2509'));
    const context = contextOf(url, [{ ...DURATION, threshold: 500 }], { metricsProvider: 'gatewayapi:v1' });
    const [result] = await evaluateMetrics(context, sourcesOf(), never);
    assert.equal(result?.value, 250);
  });

  test('an infinite value is left out of the result, which must survive JSON', async (t) => {
    const { url } = await prometheus(t, () => number('+Inf'));
    const [result] = await evaluateMetrics(contextOf(url, [INLINE]), sourcesOf(), never);
    assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
    assert.equal(result?.value, undefined);
  });
});

describe('order', () => {
  const metrics = [
    { ...TEMPLATE, name: 'first template' },
    { ...SUCCESS_RATE, query: 'also(inline)', templateRef: { name: 'not-found' }, thresholdRange: { max: 100 } },
    DURATION,
    INLINE,
  ];

  test('built-in checks and inline queries in list order, then templates', async (t) => {
    const { url, queries } = await prometheus(t, () => number(0));
    const templates = { 'not-found.test': { provider: { type: 'prometheus', address: url }, query: 'template' } };
    const results = await evaluateMetrics(contextOf(url, metrics), sourcesOf({ templates }), never);
    const asked = queries.map((query) => /http_status|also|latency|errors|template/.exec(query)?.[0]);
    assert.deepEqual(asked, ['http_status', 'also', 'latency', 'errors', 'template', 'template']);
    assert.deepEqual(
      results.map((result) => result.metric),
      [
        'request-success-rate',
        'request-success-rate',
        'request-duration',
        'errors',
        'first template',
        'request-success-rate',
      ],
    );
  });

  test('the first failure ends it', async (t) => {
    const { url, queries } = await prometheus(t, (query) => number(query.includes('latency') ? 1 : 0));
    const results = await evaluateMetrics(contextOf(url, metrics), sourcesOf(), never);
    assert.deepEqual(
      results.map((result) => result.ok),
      [true, true, false],
    );
    assert.equal(queries.length, 3);
  });

  test('no metrics, no results', async () => {
    assert.deepEqual(await evaluateMetrics(contextOf('http://p', []), sourcesOf(), never), []);
  });

  test('a metric that nothing is known about fails where templates are read', async (t) => {
    const { url } = await prometheus(t, () => number(0));
    const context = contextOf(url, [INLINE]);
    const nameless = { ...context, metrics: [{ name: 'nothing', sources: [] }, ...context.metrics] };
    assert.deepEqual((await evaluateMetrics(nameless, sourcesOf(), never)).slice(1), [
      {
        metric: 'nothing',
        ok: false,
        message: 'Metric query failed for no usable metrics template and query were configured',
      },
    ]);
  });
});

describe('queries', () => {
  test('names, interval and addresses are filled in', async (t) => {
    const { url, queries } = await prometheus(t, () => number(100));
    await evaluateMetrics(contextOf(url, [SUCCESS_RATE]), sourcesOf({ addresses: ['10.0.0.7', 'fd00::7'] }), never);
    assert.match(
      queries[0] ?? '',
      /route=~"test_podinfo-podinfo-canary_\.\+", node=~"10\\\\\.0\\\\\.0\\\\\.7\|.*fd00::7.*", code!~"5\.\."/,
    );
    assert.match(queries[0] ?? '', /\[1m\]/);
    assert.doesNotMatch(queries[0] ?? '', /\s\s|\n/);
  });

  test('Flagger’s own queries on demand', async (t) => {
    const { url, queries } = await prometheus(t, () => number(100));
    await evaluateMetrics(contextOf(url, [SUCCESS_RATE], { flavour: 'flagger' }), sourcesOf({ addresses: [] }), never);
    assert.doesNotMatch(queries[0] ?? '', /node=|vector/);
  });

  test('an inline query is no template', async (t) => {
    const { url, queries } = await prometheus(t, () => number(0));
    await evaluateMetrics(contextOf(url, [{ ...INLINE, query: 'up{a="{{ x }}"}' }]), sourcesOf(), never);
    assert.deepEqual(queries, ['up{a="{{ x }}"}']);
  });

  test('a template knows names and variables; without an interval it has none', async (t) => {
    const { url, queries } = await prometheus(t, () => number(0));
    const query = '{{ name }} {{ target }}.{{ namespace }} {{ variables.code }} [{{ interval }}]';
    const templates = { 'shared.infra': { provider: { type: 'prometheus', address: url }, query } };
    const metric = {
      name: 'm',
      templateRef: { name: 'shared', namespace: 'infra' },
      templateVariables: { code: '404' },
    };
    await evaluateMetrics(contextOf(url, [metric]), sourcesOf({ templates }), never);
    assert.deepEqual(queries, ['shop podinfo.test 404 []']);
  });

  test('a window clips every interval', async (t) => {
    const { url, queries } = await prometheus(t, () => number(0));
    const templates = {
      'not-found.test': { provider: { type: 'prometheus', address: url }, query: 'x[{{ interval }}]' },
    };
    const context = contextOf(url, [{ ...SUCCESS_RATE, threshold: 0 }, DURATION, TEMPLATE], {
      window: { notBefore: 1_000_000, now: 1_040_000 },
    });
    await evaluateMetrics(context, sourcesOf({ templates }), never);
    assert.deepEqual(
      queries.map((query) => /\[\w*\]/.exec(query)?.[0]),
      ['[40s]', '[30s]', '[40s]'],
    );
  });

  test('credentials of the template’s namespace', async (t) => {
    const { url, requests } = await serve(t, (_, response) => response.end(number(1).body));
    const provider = { type: 'prometheus', address: url, secretRef: { name: 'creds' } };
    const metric = { ...TEMPLATE, templateRef: { name: 'not-found', namespace: 'infra' }, threshold: 1 };
    const cluster: Cluster = {
      templates: { 'not-found.infra': { provider, query: 'up' } },
      secrets: { 'creds.infra': { token: 'abc' }, 'creds.test': { token: 'wrong' } },
    };
    const [result] = await evaluateMetrics(contextOf(url, [metric]), sourcesOf(cluster), never);
    assert.equal(result?.ok, true);
    assert.equal(requests[0]?.headers.authorization, 'Bearer abc');
  });
});
