import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { QueryModel } from '../../src/metrics/model.js';
import { FLAGGER_QUERIES, type Observer } from '../../src/metrics/queries/flagger.js';
import { shareQueries } from '../../src/metrics/queries/share.js';
import { seenShare } from '../../src/metrics/analysis/share.js';
import { contextOf, NOTHING, number, prometheus, sourcesOf } from './fixtures.js';
import { never, serve } from '../harness/http/server.js';

const MODEL: QueryModel = {
  name: 'my-canary',
  namespace: 'my-ns',
  target: 'my-app',
  service: 'my-svc',
  ingress: 'my-ing',
  route: 'my-route',
  interval: '20s',
  variables: {},
};

const addresses = () => Promise.resolve(['10.0.0.11', 'fd00::1']);

describe('queries of how requests were divided', () => {
  for (const observer of Object.keys(FLAGGER_QUERIES) as Observer[]) {
    test(`${observer}: the canary’s part, and all of them`, async () => {
      const queries = await shareQueries(observer, MODEL, addresses);
      if (observer === 'knative') {
        assert.equal(queries, undefined);
        return;
      }
      const [, canary = '', both = ''] =
        /^\( sum\( rate\( (.+) \) \) or vector\(0\) \) \/ \( sum\( rate\( (.+) \) \) > 0 \) \* 100$/.exec(
          queries?.percent ?? '',
        ) ?? [];
      assert.notEqual(canary, both);
      assert.equal(queries?.requests, `sum( increase( ${both} ) )`);
      assert.doesNotMatch(queries.percent, /\{\{|undefined/);
    });
  }

  test('apisix: by the address of the pod that answered', async () => {
    const queries = await shareQueries('apisix', MODEL, addresses);
    const route = 'route=~"my-ns_my-route-my-svc-canary_.+"';
    assert.equal(
      queries?.percent,
      `( sum( rate( apisix_http_status{ ${route}, node=~"10\\\\.0\\\\.0\\\\.11|\\\\[?fd00::1\\\\]?" }[20s] ) ) or vector(0) )` +
        ` / ( sum( rate( apisix_http_status{ ${route} }[20s] ) ) > 0 ) * 100`,
    );
  });

  test('istio: by the workload that answered', async () => {
    const { percent = '' } = (await shareQueries('istio', MODEL, addresses)) ?? {};
    assert.match(percent, /destination_workload="my-app",.+destination_workload=~"my-app\(-primary\)\?"/);
  });
});

describe('the share that was seen', () => {
  const span = { since: 0, now: 30_000 };

  test('is rounded, with what it was made of', async (t) => {
    const { url } = await prometheus(t, (query) => number(query.includes('increase') ? 99.6 : 9.9499));
    const seen = await seenShare(contextOf(url, []), sourcesOf(), span, never);
    assert.deepEqual(seen, { percent: 9.9, requests: 100, windowSeconds: 30, at: 30_000 });
  });

  test('looks back no further than addresses are remembered', async (t) => {
    const { url, queries } = await prometheus(t, () => number(1));
    await seenShare(contextOf(url, []), sourcesOf(), { since: 0, now: 86_400_000 }, never);
    assert.deepEqual([...new Set(queries.map((query) => /\[(\w+)\]/.exec(query)?.[1]))], ['600s']);
  });

  test('without requests it is unknown', async (t) => {
    const { url } = await prometheus(t, () => NOTHING);
    const seen = await seenShare(contextOf(url, []), sourcesOf(), span, never);
    assert.deepEqual(seen, { unknown: 'no requests were seen within 30 s' });
  });

  test('nobody waits for a metrics server that doesn’t answer', async (t) => {
    const { url } = await serve(t, () => undefined);
    const over = new AbortController();
    const look = seenShare(contextOf(url, []), sourcesOf(), span, over.signal);
    over.abort();
    assert.deepEqual(await look, { unknown: 'the metrics server took longer than the analysis' });
  });

  test('where the metrics can’t tell there is none', async () => {
    const context = contextOf('http://127.0.0.1:1', [], { metricsProvider: 'knative' });
    assert.equal(await seenShare(context, sourcesOf(), span, never), undefined);
  });
});
