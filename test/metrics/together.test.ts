import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { evaluateMetrics } from '../../src/metrics/analysis/evaluate.js';
import { seenShare } from '../../src/metrics/analysis/share.js';
import { Together } from '../../src/metrics/analysis/together.js';
import { json, type Answer } from '../harness/http/server.js';
import { never } from '../harness/http/server.js';
import { BAD_QUERY, contextOf, NOTHING, number, prometheus, sourcesOf } from './fixtures.js';

const METRICS = [
  { name: 'request-success-rate', interval: '1m', thresholdRange: { min: 99 } },
  { name: 'request-duration', interval: '1m', thresholdRange: { max: 500 } },
];
const SPAN = { since: 0, now: 30_000 };

const isJoined = (query: string): boolean => query.startsWith('label_replace(');

/** A Prometheus that answers queries which were put as one by each of them; those that it has no value for are left out. */
const joined = (...values: readonly (number | undefined)[]): Answer =>
  json(200, {
    status: 'success',
    data: {
      resultType: 'vector',
      result: [
        { metric: { serinus_query: 'understood' }, value: [1, '1'] },
        ...values.flatMap((value, index) =>
          value === undefined ? [] : [{ metric: { serinus_query: String(index) }, value: [1, String(value)] }],
        ),
      ],
    },
  });

/** One tick: what it comes to. */
async function tick(url: string, together: Together, window?: { readonly notBefore: number; readonly now: number }) {
  const context = contextOf(url, METRICS, window ? { window } : {});
  const answered = await together.ask(context, sourcesOf(), SPAN, never);
  const results = await evaluateMetrics(context, sourcesOf(), never, answered);
  return { results, seen: await seenShare(context, sourcesOf(), SPAN, never, answered) };
}

async function asked(t: TestContext, answer: (query: string) => Answer) {
  const { url, queries } = await prometheus(t, answer);
  return { url, queries };
}

test('a tick with both built-in checks and the share that was seen is one request', async (t) => {
  const { url, queries } = await asked(t, () => joined(99.5, 120, 9.96, 1000));
  const together = new Together();
  for (const round of [1, 2]) {
    const { results, seen } = await tick(url, together);
    assert.deepEqual(
      results.map(({ metric, ok, value }) => [metric, ok, value]),
      [
        ['request-success-rate', true, 99.5],
        ['request-duration', true, 120],
      ],
    );
    assert.deepEqual(seen, { percent: 10, requests: 1000, windowSeconds: 30, at: 30_000 });
    assert.equal(queries.length, round);
  }
});

test('what has no value among others has none', async (t) => {
  const { url, queries } = await asked(t, () => joined(undefined, 120, 9.96, 1000));
  const { results } = await tick(url, new Together());
  assert.match(results[0]?.message ?? '', /^Halt advancement no values found for apisix metric request-success-rate/);
  assert.equal(queries.length, 1);
});

test('a second query without the window shows that it is too early', async (t) => {
  const { url, queries } = await asked(t, (query) => (isJoined(query) ? joined(undefined, 1, 1, 1) : number(99)));
  const { results } = await tick(url, new Together(), { notBefore: 20_000, now: 30_000 });
  assert.equal(results[0]?.providerError, true);
  assert.match(results[0].message ?? '', /no values found yet since the weight changed/);
  assert.equal(queries.length, 2);
});

for (const [what, answer] of [
  ['refuses it', BAD_QUERY],
  ['answers something else', number(1)],
  ['answers nothing at all', NOTHING],
  ['breaks down over it', { status: 503, body: 'too much' }],
] as const) {
  test(`a server that ${what} is asked one by one, and is left alone with it for a while`, async (t) => {
    let now = 0;
    const { url, queries } = await asked(t, (query) => (isJoined(query) ? answer : number(99.9)));
    const together = new Together(() => now);
    for (const expected of [5, 9]) {
      const { results, seen } = await tick(url, together);
      assert.deepEqual(
        results.map(({ ok }) => ok),
        [true, true],
      );
      assert.ok(seen && 'percent' in seen);
      assert.equal(queries.length, expected);
    }
    now += 6 * 60_000;
    await tick(url, together);
    assert.equal(queries.length, 14);
  });
}

test('each failure is reported in its own words, as if it had been asked alone', async (t) => {
  const { url } = await asked(t, (query) => (isJoined(query) || query.includes('latency') ? BAD_QUERY : number(99.9)));
  const { results } = await tick(url, new Together());
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [true, false],
  );
  assert.match(results[1]?.message ?? '', /^Prometheus query failed: running query failed: .*parse error/);
});

test('a tick without any traffic is asked for by one request as well', async (t) => {
  const { url, queries } = await asked(t, (query) => (isJoined(query) ? joined() : NOTHING));
  const { results, seen } = await tick(url, new Together());
  assert.match(results[0]?.message ?? '', /no values found/);
  assert.deepEqual(seen, { unknown: 'no requests were seen within 30 s' });
  assert.equal(queries.length, 1);
});

test('what the user asks is sent as it was written, and its failure is of nothing else', async (t) => {
  const template = { provider: { type: 'prometheus', address: '' }, query: 'my_errors{namespace="{{ namespace }}"}' };
  const { url, queries } = await asked(t, (query) => {
    if (isJoined(query)) return joined(99.5, 120, 9.96, 1000);
    return query.startsWith('my_errors') ? NOTHING : number(1);
  });
  const context = contextOf(url, [
    ...METRICS,
    { name: 'inline', interval: '1m', query: 'up  or vector(1)', thresholdRange: { max: 5 } },
    { name: 'errors', interval: '1m', templateRef: { name: 'errors' }, thresholdRange: { max: 5 } },
  ]);
  const sources = sourcesOf({
    templates: { 'errors.test': { ...template, provider: { type: 'prometheus', address: url } } },
  });
  const answered = await new Together().ask(context, sources, SPAN, never);
  const results = await evaluateMetrics(context, sources, never, answered);
  assert.deepEqual(
    results.map(({ metric, ok, message }) => [metric, ok, message]),
    [
      ['request-success-rate', true, undefined],
      ['request-duration', true, undefined],
      ['inline', true, undefined],
      ['errors', false, 'Halt advancement no values found for custom metric: errors: no values found'],
    ],
  );
  assert.deepEqual(queries.slice(1), ['up or vector(1)', 'my_errors{namespace="test"}']);
  for (const query of queries.slice(1)) assert.ok(!queries[0]?.includes(query), queries[0]);
});

test('whose Secret is missing says so, and others are asked as ever', async (t) => {
  const { url, queries } = await asked(t, () => joined(99.5, 120, 9.96, 1000));
  const together = new Together();
  const bare = contextOf(url, METRICS, { metricsServerSecret: 'gone' });
  assert.equal(await together.ask(bare, sourcesOf(), SPAN, never), undefined);
  const [first] = await evaluateMetrics(bare, sourcesOf(), never);
  assert.match(first?.message ?? '', /secret gone error/);
  assert.equal(queries.length, 0);
  assert.ok((await tick(url, together)).results.every(({ ok }) => ok));
  assert.equal(queries.length, 1);
});
