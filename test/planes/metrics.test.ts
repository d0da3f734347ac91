import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { z } from 'zod';
import { canaryAt } from '../../src/domain/weights.js';
import { parseTemplate } from '../../src/metrics/gotemplate/template.js';
import type { QueryModel } from '../../src/metrics/model.js';
import { builtinQuery, renderBuiltin } from '../../src/metrics/queries/builtin.js';
import { shareQueries } from '../../src/metrics/queries/share.js';
import { until } from '../harness/until.js';
import { PLANE_CASES } from './cases.js';
import { note } from './figures.js';
import { NEW, Shop } from './shop.js';

// The numbers by which a release is judged, beside what a client has counted. Where the built-in checks read the pods' own
// numbers, it is a query of the users' own that is held to it.

/** Prometheus and the data plane count at their own times: percentage points by which the two may differ. */
const ERROR_POINTS = 2;
/** A histogram knows durations by its buckets only: as a factor, how far apart their bounds are at most. */
const BUCKETS = 2.5;
const WEIGHT = 40;
const FAILING_PERCENT = 30;
const REQUESTS = 2_000;
/** Of the canary, so that its answers take something. */
const DELAY_MS = 40;
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

for (const plane of PLANE_CASES) {
  const { provider, observer, successQuery } = plane;
  suite(`the numbers of ${provider}`, () => {
    test('are what a client has counted', async (t) => {
      const shop = await Shop.open(t, plane, {}, DELAY_MS);
      const { client, lab, bench } = shop;
      await shop.divide(canaryAt(WEIGHT));
      const addresses = await shop.canaryAddresses();
      const model = (interval: string): QueryModel => ({
        name: 'cart',
        namespace: bench.namespace,
        target: 'cart',
        service: 'cart',
        ingress: '',
        route: '',
        interval,
        variables: {},
        ...plane.model,
      });
      const builtin = (metric: 'request-success-rate' | 'request-duration', interval: string) =>
        renderBuiltin(builtinQuery(observer, metric, { flavour: 'canary-only' }), model(interval), addresses) ?? '';
      const success = (interval: string): string => {
        if (successQuery === undefined) return builtin('request-success-rate', interval);
        const constants = { namespace: bench.namespace, target: 'cart', interval };
        return parseTemplate(successQuery, Object.keys(constants)).render(constants);
      };
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
      const canarys = [...good, ...bad].filter(({ version }) => version === NEW);
      const percent = (part: number, whole: number) => (100 * part) / whole;

      const figures: string[] = [];
      const expectPercent = async (what: string, query: string, counted: number): Promise<void> => {
        const seen = await ask(lab.prometheusUrl, query);
        const figure = `${what} ${seen.toFixed(1)} (client ${counted.toFixed(1)}) %`;
        assert.ok(Math.abs(seen - counted) <= ERROR_POINTS, figure);
        figures.push(figure);
      };
      const succeeded = canarys.filter(({ status }) => status === 200).length;
      await expectPercent('success', success(interval), percent(succeeded, canarys.length));
      if (successQuery === undefined) {
        const share = await shareQueries(observer, model(interval), () => Promise.resolve(addresses));
        await expectPercent('share', share?.percent ?? '', percent(canarys.length, REQUESTS));
        const seen = await ask(lab.prometheusUrl, builtin('request-duration', interval));
        const took = canarys.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
        const slowest = took[Math.floor(took.length * 0.99)] ?? 0;
        const figure = `latency ${seen.toFixed(0)} ms (canary ${DELAY_MS}, client ${slowest.toFixed(0)})`;
        assert.ok(seen >= DELAY_MS / BUCKETS && seen <= slowest * BUCKETS, figure);
        figures.push(figure);
      }
      note(provider, 'metrics', figures.join(', '));
    });
  });
}
