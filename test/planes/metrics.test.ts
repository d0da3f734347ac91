import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { z } from 'zod';
import { canaryAt } from '../../src/domain/weights.js';
import type { QueryModel } from '../../src/metrics/model.js';
import { builtinQuery, renderBuiltin } from '../../src/metrics/queries/builtin.js';
import { shareQueries } from '../../src/metrics/queries/share.js';
import { until } from '../harness/until.js';
import { PLANE_CASES } from './cases.js';
import { note } from './figures.js';
import { NEW, Shop } from './shop.js';

// The numbers by which a release is judged, beside what a client has counted. Providers whose numbers come from the pods
// themselves have nothing of their data plane to be held to.

/** Prometheus and Envoy count at their own times: percentage points by which the two may differ. */
const ERROR_POINTS = 2;
const WEIGHT = 40;
const FAILING_PERCENT = 30;
const REQUESTS = 2_000;
/** Scrapes are a second apart. */
const SETTLE_MS = 3_000;

const answerSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

async function ask(prometheusUrl: string, query: string): Promise<number> {
  const url = new URL(`${prometheusUrl}/api/v1/query`);
  url.searchParams.set('query', query);
  const { data } = answerSchema.parse(await (await fetch(url)).json());
  return Number(data.result[0]?.value[1]);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (const plane of PLANE_CASES.filter(({ observer }) => observer !== 'http')) {
  const { provider, observer } = plane;
  suite(`the numbers of ${provider}`, () => {
    test('are what a client has counted', async (t) => {
      const shop = await Shop.open(t, plane);
      const { client, lab, bench } = shop;
      await shop.divide(canaryAt(WEIGHT));
      const model = (interval: string): QueryModel => ({
        name: 'cart',
        namespace: bench.namespace,
        target: 'cart',
        service: 'cart',
        ingress: '',
        route: '',
        interval,
        variables: {},
      });
      const success = (interval: string) =>
        renderBuiltin(
          builtinQuery(observer, 'request-success-rate', { flavour: 'canary-only' }),
          model(interval),
          [],
        ) ?? '';
      // A counter that begins between two scrapes has lost what came before: all of them are there first, and grow.
      await until(async () => {
        await client.askTimes(20);
        await client.askTimes(20, '/status/500');
        const rate = await ask(lab.prometheusUrl, success('60s'));
        return rate > 0 && rate < 100;
      }, 'Prometheus knows the counters');
      await pause(SETTLE_MS);

      const began = Date.now();
      const [good, bad] = await Promise.all([
        client.askTimes((REQUESTS * (100 - FAILING_PERCENT)) / 100),
        client.askTimes((REQUESTS * FAILING_PERCENT) / 100, '/status/500'),
      ]);
      await pause(SETTLE_MS);
      const interval = `${Math.round((Date.now() - began) / 1000) + 1}s`;
      const seenSuccess = await ask(lab.prometheusUrl, success(interval));
      const share = await shareQueries(observer, model(interval), () => Promise.resolve([]));
      const seenShare = await ask(lab.prometheusUrl, share?.percent ?? '');

      const canarys = [...good, ...bad].filter(({ version }) => version === NEW);
      const clientSuccess = (100 * canarys.filter(({ status }) => status === 200).length) / canarys.length;
      const clientShare = (100 * canarys.length) / REQUESTS;
      const figures = `success ${seenSuccess.toFixed(1)} (client ${clientSuccess.toFixed(1)}), share ${seenShare.toFixed(1)} (client ${clientShare.toFixed(1)}) %`;
      assert.ok(Math.abs(seenSuccess - clientSuccess) <= ERROR_POINTS, figures);
      assert.ok(Math.abs(seenShare - clientShare) <= ERROR_POINTS, figures);
      note(provider, 'metrics', figures);
    });
  });
}
