import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { evaluateMetrics } from '../../src/metrics/analysis/evaluate.js';
import type { MetricsContext } from '../../src/metrics/context.js';
import { contextOf, DOWN, NOTHING, number, prometheus, sourcesOf, type MetricSpec } from './fixtures.js';
import { json, never, serve, type Answer } from '../harness/http/server.js';

const SUCCESS_RATE = { name: 'request-success-rate', interval: '1m' };
const TEMPLATE = { name: '404s', templateRef: { name: 'not-found' }, interval: '1m', thresholdRange: { max: 5 } };
const INLINE = { name: 'errors', query: 'sum(errors)', thresholdRange: { max: 5 } };

/** The canary has had its weight for so many seconds. */
const since = (seconds: number) => ({ notBefore: 1_000_000 - seconds * 1_000, now: 1_000_000 });

/** Answers by the range that a query looks back on. */
async function evaluated(
  t: TestContext,
  metric: MetricSpec,
  answers: Readonly<Record<string, Answer>>,
  more: Partial<MetricsContext>,
) {
  const { url, queries } = await prometheus(t, (query) => answers[/\[(\w+)\]/.exec(query)?.[1] ?? 'none'] ?? NOTHING);
  const templates = {
    'not-found.test': { provider: { type: 'prometheus', address: url }, query: 'x[{{ interval }}]' },
  };
  const context = contextOf(url, [metric], { ...more });
  const [result] = await evaluateMetrics(context, sourcesOf({ templates }), never);
  return { result, asked: queries.map((query) => /\[(\w+)\]/.exec(query)?.[1]) };
}

describe('metrics look no further back than the last change of weight', () => {
  test('a value from within counts', async (t) => {
    const answers = { '12s': number(3), '1m': number(50) };
    const { result, asked } = await evaluated(t, TEMPLATE, answers, { window: since(12) });
    assert.equal(result?.value, 3);
    assert.equal(result.ok, true);
    assert.deepEqual(asked, ['12s']);
  });

  for (const [metric, name] of [
    [TEMPLATE, '404s'],
    [SUCCESS_RATE, 'request-success-rate'],
  ] as const) {
    test(`${name}: without one, though there are earlier ones, it is too early to tell`, async (t) => {
      const { result, asked } = await evaluated(t, metric, { '1m': number(0) }, { window: since(12) });
      assert.deepEqual(result, {
        metric: name,
        ok: false,
        ...(metric === TEMPLATE ? { max: 5 } : { min: 0 }),
        window: { from: 988_000, to: 1_000_000 },
        message: `Wait with metric ${name}: no values found yet since the weight changed`,
        providerError: true,
      });
      assert.deepEqual(asked, ['12s', '1m']);
    });

    test(`${name}: without any, the canary is to blame`, async (t) => {
      const { result, asked } = await evaluated(t, metric, {}, { window: since(12) });
      assert.match(result?.message ?? '', /^Halt advancement no values found for /);
      assert.equal(result?.providerError, undefined);
      assert.deepEqual(asked, ['12s', '1m']);
    });
  }

  test('a weight that is older than the interval is asked about once', async (t) => {
    const { result, asked } = await evaluated(t, SUCCESS_RATE, {}, { window: since(60) });
    assert.match(result?.message ?? '', /^Halt advancement no values found for /);
    assert.deepEqual(asked, ['1m']);
  });

  test('a provider that fails at the second question is to blame', async (t) => {
    const { result } = await evaluated(t, TEMPLATE, { '1m': DOWN }, { window: since(12) });
    assert.match(result?.message ?? '', /^Metric query failed for 404s: error response: Status 503/);
    assert.equal(result?.providerError, true);
  });

  test('by Flagger’s rule whole intervals count', async (t) => {
    const answers = { '12s': number(3), '1m': number(50) };
    const { result, asked } = await evaluated(t, TEMPLATE, answers, {});
    assert.equal(result?.message, 'Halt shop.test advancement 404s 50.00 > 5');
    assert.deepEqual(asked, ['1m']);
  });

  test('inline queries say themselves how far they look', async (t) => {
    const { result, asked } = await evaluated(t, INLINE, { none: NOTHING }, { window: since(12) });
    assert.equal(result?.message, 'Halt advancement no values found for metric: errors');
    assert.equal(asked.length, 1);
  });

  test('providers that look back ten intervals do so within the window too', async (t) => {
    const spans: number[] = [];
    const { url } = await serve(t, (request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://x');
      const span = Number(searchParams.get('to')) - Number(searchParams.get('from'));
      spans.push(span);
      const pointlist = span > 100 ? [[1, 99]] : [];
      response.end(json(200, { status: 'ok', series: [{ pointlist }] }).body);
    });
    const provider = { type: 'datadog', address: url, secretRef: { name: 'keys' } };
    const sources = sourcesOf({
      templates: { 'not-found.test': { provider, query: 'avg:x{*}' } },
      secrets: { 'keys.test': { datadog_api_key: 'a', datadog_application_key: 'b' } },
    });
    const now = Date.now();
    const context = contextOf('http://p', [TEMPLATE], { window: { notBefore: now - 90_000, now } });
    const [result] = await evaluateMetrics(context, sources, never);
    assert.equal(result?.message, 'Wait with metric 404s: no values found yet since the weight changed');
    assert.equal(spans.length, 2);
    assert.ok(Math.abs((spans[0] ?? 0) - 90) <= 2, String(spans));
    assert.equal(spans[1], 600);
  });
});

describe('a failing metrics provider', () => {
  test('holds the release', async (t) => {
    const { result } = await evaluated(t, TEMPLATE, { '1m': DOWN }, {});
    assert.equal(result?.providerError, true);
  });

  test('is a failed check by Flagger’s rule, in the same words', async (t) => {
    const { result } = await evaluated(t, TEMPLATE, { '1m': DOWN }, { providerErrors: 'flagger' });
    assert.equal(result?.ok, false);
    assert.equal(result.message, 'Metric query failed for 404s: error response: Status 503 Service Unavailable: down');
    assert.equal('providerError' in result, false);
  });

  test('what is too early to tell is nobody’s fault by either rule', async (t) => {
    const more = { window: since(12), providerErrors: 'flagger' } as const;
    const { result } = await evaluated(t, TEMPLATE, { '1m': number(0) }, more);
    assert.equal(result?.providerError, true);
  });
});
