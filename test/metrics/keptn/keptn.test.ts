import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { z } from 'zod';
import { NoValuesFound, ProviderError, QueryRefused } from '../../../src/metrics/errors.js';
import { readQuery } from '../../../src/metrics/keptn/query.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { testProviderContract } from '../provider-contract.js';
import { json, never, serveVendor, type Asked } from '../../harness/http/server.js';
import { keptn, keptnMetric } from './vendor.js';
import { clusterAt, status } from '../kubernetes.js';
import { provider } from '../template.js';

testProviderContract(keptn);

const ANALYSES = '/apis/metrics.keptn.sh/v1beta1/namespaces/shop/analyses';

const analysisSchema = z.object({
  apiVersion: z.literal('metrics.keptn.sh/v1beta1'),
  kind: z.literal('Analysis'),
  metadata: z.object({ name: z.string(), namespace: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.record(z.string(), z.unknown()),
});

/**
 * A cluster in which Keptn looks after Analyses: they are made, have a status after some looks, and are deleted.
 *
 * @see https://keptn.sh/stable/docs/reference/crd-reference/analysis/
 */
async function clusterWithAnalyses(t: TestContext, statusAfter: (looks: number) => object) {
  const analyses = new Map<string, z.output<typeof analysisSchema>>();
  let looks = 0;
  const behave = ({ method, url, body }: Asked) => {
    if (method === 'POST' && url.pathname === ANALYSES) {
      const analysis = analysisSchema.parse(JSON.parse(body));
      analyses.set(analysis.metadata.name, analysis);
      return json(201, analysis);
    }
    const name = url.pathname.slice(ANALYSES.length + 1);
    const analysis = analyses.get(name);
    if (!analysis) return status(404, 'NotFound', `analyses.metrics.keptn.sh "${name}" not found`);
    if (method === 'GET') return json(200, { ...analysis, status: statusAfter(++looks) });
    analyses.delete(name);
    return json(200, { kind: 'Status', status: 'Success' });
  };
  const { url, asked } = await serveVendor(t, behave);
  const opened = (timeoutMs?: number) =>
    createProvider({
      provider: provider(undefined, { type: 'keptn' }),
      environment: clusterAt(url, 'token'),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  return { analyses, asked, opened };
}

describe('keptn: analyses', () => {
  for (const pass of [true, false]) {
    test(`one that ${pass ? 'passes' : 'fails'} is ${Number(pass)}, and is deleted`, async (t) => {
      const { analyses, asked, opened } = await clusterWithAnalyses(t, (looks) =>
        looks < 2 ? { state: 'Progressing' } : { state: 'Completed', pass },
      );
      assert.equal(await opened().query('analysis/shop/response-time/5m/stage=prod;app=cart\n', never), Number(pass));
      const { metadata, spec } = analysisSchema.parse(JSON.parse(asked[0]?.body ?? ''));
      assert.match(metadata.name, /^response-time-[0-9a-f]{6}$/);
      assert.deepEqual(metadata.labels, { 'app.kubernetes.io/managed-by': 'serinus' });
      assert.deepEqual(spec, {
        analysisDefinition: { name: 'response-time' },
        timeframe: { recent: '5m' },
        args: { stage: 'prod', app: 'cart' },
      });
      assert.deepEqual(
        asked.map(({ method }) => method),
        ['POST', 'GET', 'GET', 'DELETE'],
      );
      assert.equal(analyses.size, 0);
    });
  }

  test('one that doesn’t complete in time is the provider’s, and is deleted', async (t) => {
    const { analyses, opened } = await clusterWithAnalyses(t, () => ({ state: 'Pending' }));
    await assert.rejects(opened(1_200).query('analysis/shop/x', never), (error: Error) => {
      assert.ok(error instanceof ProviderError);
      assert.equal(error.message, 'no answer from the Kubernetes API within 1.2s');
      return true;
    });
    while (analyses.size > 0) await after(5);
  });

  test('an aborted signal has it deleted too', async (t) => {
    const { analyses, asked, opened } = await clusterWithAnalyses(t, () => ({ state: 'Pending' }));
    const controller = new AbortController();
    const query = opened().query('analysis/shop/x', controller.signal);
    const rejected = assert.rejects(query, (reason) => reason === controller.signal.reason);
    while (asked.length === 0) await after(5);
    controller.abort(new Error('enough'));
    await rejected;
    while (analyses.size > 0) await after(5);
  });

  test('a definition that isn’t valid is the user’s', async (t) => {
    const { url } = await serveVendor(t, () =>
      status(422, 'Invalid', 'Analysis "x" is invalid: spec.timeframe.recent'),
    );
    const options = { provider: provider(undefined, { type: 'keptn' }), environment: clusterAt(url, 'token') };
    await assert.rejects(createProvider(options).query('analysis/shop/x/soon', never), QueryRefused);
  });
});

describe('keptn: metrics and queries', () => {
  const values: readonly (readonly [string | undefined, number | (new (...args: never[]) => Error)])[] = [
    ['1.5e-7', 1.5e-7],
    ['', NoValuesFound],
    ['many', QueryRefused],
  ];
  for (const [value, expected] of values) {
    test(`the value ${JSON.stringify(value)}`, async (t) => {
      const { url } = await serveVendor(t, () => keptnMetric(value));
      const options = { provider: provider(undefined, { type: 'keptn' }), environment: clusterAt(url, 'token') };
      const asked = createProvider(options).query('keptnmetric/shop/errors', never);
      if (typeof expected === 'number') assert.equal(await asked, expected);
      else await assert.rejects(asked, expected);
    });
  }

  const queries: readonly (readonly [string, object])[] = [
    ['keptnmetric/shop/errors', { kind: 'metric', namespace: 'shop', name: 'errors' }],
    ['  KeptnMetrics/Shop/Errors\n', { kind: 'metric', namespace: 'shop', name: 'errors' }],
    ['analysis/shop/x', { kind: 'analysis', namespace: 'shop', name: 'x', duration: '1m', args: {} }],
    [
      'analyses/shop/x/10m/a=b;nonsense;c=d=e;=f',
      { kind: 'analysis', namespace: 'shop', name: 'x', duration: '10m', args: { a: 'b' } },
    ],
  ];
  for (const [query, expected] of queries) {
    test(`the query ${JSON.stringify(query)}`, () => assert.deepEqual(readQuery(query), expected));
  }

  for (const query of [
    '',
    'keptnmetric',
    'keptnmetric/shop',
    'keptnmetric/shop/',
    'keptnmetric/../x',
    'pod/shop/x',
    'keptnmetric/a b/c',
    'keptnmetric/shop/x?y',
  ]) {
    test(`the query ${JSON.stringify(query)} is none`, () => assert.throws(() => readQuery(query), QueryRefused));
  }

  test('without a cluster nothing is found', async () => {
    const opened = createProvider({ provider: provider(undefined, { type: 'keptn' }) });
    await assert.rejects(opened.query('keptnmetric/shop/errors', never), ProviderError);
    await assert.doesNotReject(opened.checkOnline(never));
  });
});
