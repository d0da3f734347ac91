import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { checkProviders } from '../../src/metrics/check-providers.js';
import { evaluateMetrics } from '../../src/metrics/analysis/evaluate.js';
import { contextOf, sourcesOf } from './fixtures.js';
import { never, reply, serve } from '../harness/http/server.js';
import { vector } from './prometheus/vendor.js';

const METRICS = [
  { name: 'request-success-rate', interval: '1m', thresholdRange: { min: 0 } },
  { name: 'inline', query: 'vector(1)', interval: '1m', thresholdRange: { min: 0 } },
];
const SECRET = { metricsServerSecret: 'prometheus' };

/** A Prometheus that wants to know who asks. */
async function guarded(t: TestContext, authorization: string) {
  const asked: (string | undefined)[] = [];
  const { url } = await serve(t, (request, response) => {
    asked.push(request.headers.authorization);
    const isKnown = request.headers.authorization === authorization;
    reply(response, isKnown ? vector('1') : { status: 401, body: 'who are you?' });
  });
  return { url, asked };
}

const basic = `Basic ${Buffer.from('me:hush').toString('base64')}`;
for (const [what, entries, authorization] of [
  ['a token', { token: 'a-token' }, 'Bearer a-token'],
  ['a name and a password', { username: 'me', password: 'hush' }, basic],
] as const) {
  test(`the metrics server is asked with ${what} of the Secret, for every question`, async (t) => {
    const { url, asked } = await guarded(t, authorization);
    const sources = sourcesOf({ secrets: { 'prometheus.test': entries } });
    const context = contextOf(url, METRICS, SECRET);
    assert.equal(await checkProviders(context, sources, never), undefined);
    const results = await evaluateMetrics(context, sources, never);
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true, true],
    );
    assert.ok(asked.length >= 3 && asked.every((one) => one === authorization), asked.join());
  });
}

test('without one it is asked without, and a Secret that is missing is named', async (t) => {
  const { url, asked } = await guarded(t, 'Bearer x');
  assert.match((await checkProviders(contextOf(url, METRICS), sourcesOf(), never)) ?? '', /401/);
  assert.deepEqual(asked, [undefined]);
  const said = (await checkProviders(contextOf(url, METRICS, SECRET), sourcesOf(), never)) ?? '';
  assert.match(said, /secret prometheus error/);
  assert.equal(asked.length, 1, 'nobody is asked then');
});
