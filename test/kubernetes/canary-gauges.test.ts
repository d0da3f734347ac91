import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { CANARIES, type KubeObject } from '../../src/kube/object.js';
import { showCanaries, showInfo } from '../../src/meters/canaries.js';
import { canaryWith } from '../crds/fixtures.js';
import { until } from '../harness/until.js';
import { openCluster } from '../harness/kubernetes/cluster.js';

test('Flagger’s gauges show the Canaries of the cluster as they are', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, cache, namespace } = cluster;
  const registry = new Registry();
  const routed = new Map<string, number>();
  showInfo(registry, '1.2.3', 'apisix');
  showCanaries(registry, { cache, routedWeight: ({ metadata }) => Promise.resolve(routed.get(metadata.name)) });

  const samples = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const put = async (name: string, target: string, status: object): Promise<void> => {
    const object = canaryWith({ 'metadata.uid': undefined, 'metadata.generation': undefined }) as KubeObject;
    const spec = {
      ...(object['spec'] as object),
      targetRef: { kind: 'Deployment', apiVersion: 'apps/v1', name: target },
    };
    const made = await client.create(CANARIES, { ...object, metadata: { name, namespace }, spec });
    await client.replace(
      CANARIES,
      { ...made, status: { failedChecks: 0, iterations: 0, canaryWeight: 0, ...status } },
      'status',
    );
  };

  assert.deepEqual(await samples(), ['flagger_info{version="1.2.3",mesh_provider="apisix"} 1']);
  routed.set('under-way', 30);
  // At rest the route isn't asked.
  routed.set('failed', 77);
  await put('under-way', 'cart', { phase: 'Progressing', canaryWeight: 20 });
  await put('failed', 'till', { phase: 'Failed' });
  await put('waiting', 'stock', { phase: 'WaitingPromotion', canaryWeight: 50 });
  await until(
    async () => (await samples()).some((line) => line.includes('"stock",namespace') && line.endsWith(' 50')),
    'the cache has them',
  );
  const of = `namespace="${namespace}"`;
  assert.deepEqual((await samples()).slice(1).sort(), [
    `flagger_canary_status{name="cart",${of}} 0`,
    `flagger_canary_status{name="stock",${of}} 1`,
    `flagger_canary_status{name="till",${of}} 2`,
    `flagger_canary_total{${of}} 3`,
    `flagger_canary_weight{workload="cart",${of}} 30`,
    `flagger_canary_weight{workload="cart-primary",${of}} 70`,
    `flagger_canary_weight{workload="stock",${of}} 50`,
    `flagger_canary_weight{workload="stock-primary",${of}} 50`,
    `flagger_canary_weight{workload="till",${of}} 0`,
    `flagger_canary_weight{workload="till-primary",${of}} 100`,
  ]);
  for (const name of ['under-way', 'failed', 'waiting']) await client.delete(CANARIES, namespace, name);
  await until(async () => (await samples()).length === 2, 'their series go with them');
  assert.deepEqual((await samples()).slice(1), [`flagger_canary_total{${of}} 0`]);
});
