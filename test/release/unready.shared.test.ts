import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, PODS, type KubeObject } from '../../src/kube/object.js';
import { until } from '../harness/until.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { allow } from '../harness/release/quota.js';
import { ReleaseScene } from '../harness/release/scene.js';

// Some, not all, of the pods are missing: a ResourceQuota keeps them away, which no condition of a Deployment counts.

async function open(world: ReleaseScene, replicas: number, canary: KubeObject): Promise<void> {
  await world.serinus(['all']);
  const app = appDeployment({ ...world.app, replicas });
  // As Kubernetes has it by default, a Deployment that lacks a pod counts as available.
  const spec = { ...(app['spec'] as object), strategy: { rollingUpdate: { maxUnavailable: replicas > 2 ? 1 : 0 } } };
  await world.apply({ ...app, spec }, appRoute(world.app), canary);
  await world.phase('Initialized');
}

async function release(world: ReleaseScene, image: string, env: readonly object[] = []): Promise<void> {
  const patch = { spec: { template: { spec: { containers: [{ name: 'web', image, env }] } } } };
  await world.kube.patch(DEPLOYMENTS, 'strategic', world.namespace, APP, patch);
}

test('a failing canary that lacks a pod is judged and rolled back in the usual number of checks', async (t) => {
  const world = await ReleaseScene.open(t);
  const canary = appCanary(
    world.app,
    { progressDeadlineSeconds: 600, metricsServer: world.lab.prometheusUrl },
    { interval: '5s' },
  );
  await open(world, 3, canary);
  const traffic = world.traffic(20);
  await release(world, 'lab/http-echo:2', [{ name: 'FAIL_PERCENT', value: '100' }]);
  await world.atWeight(25);
  const began = Date.now();
  await allow(world, 6);
  const pods = await world.kube.list(PODS, { namespace: world.namespace, labelSelector: `app=${APP}` });
  await world.kube.delete(PODS, world.namespace, pods.items[0]?.metadata.name ?? '');
  await until(async () => (await world.available(APP)) === 2, 'a pod is missing');
  assert.equal((await world.canary()).phase, 'Progressing');
  await world.phase('Failed', 60_000);
  const seconds = (Date.now() - began) / 1000;
  assert.equal(await world.weight(), 0);
  const events = await world.events();
  assert.ok(
    events.some((event) => event.endsWith('failed checks threshold reached 3')),
    events.join('\n'),
  );
  assert.equal(events.filter((event) => event.includes('new replicas have been updated')).length <= 1, true);
  assert.ok(seconds < 300, `it took ${seconds} s`);
  await traffic.stop();
});

test('a canary that never gets all of its pods is rolled back at the deadline, by the release’s own clock', async (t) => {
  const world = await ReleaseScene.open(t);
  await open(world, 3, appCanary(world.app, { progressDeadlineSeconds: 12 }, { metrics: [] }));
  await allow(world, 5, 3);
  await release(world, 'lab/http-echo:2');
  await world.phase('Failed', 90_000);
  const events = await world.events();
  assert.ok(
    events.some((event) => /progress deadline exceeded .*: no progress for 12 s$/.test(event)),
    events.join('\n'),
  );
  assert.equal(await world.weight(), 0);
});

test('after a failed promotion the old version back brings the traffic home, without a failed request', async (t) => {
  const world = await ReleaseScene.open(t);
  await open(world, 2, appCanary(world.app, { progressDeadlineSeconds: 12 }, { metrics: [], stepWeight: 50 }));
  const traffic = world.traffic(20);
  await release(world, 'lab/http-echo:2');
  await world.atWeight(50);
  // Room for the pods that are there, but for no new one of the primary.
  await allow(world, 4);
  await world.phase('Failed', 90_000);
  assert.equal(await world.weight(), 100);
  await release(world, 'lab/http-echo:1');
  await world.phase('Succeeded', 90_000);
  assert.equal(await world.weight(), 0);
  assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:1');
  await until(async () => (await world.replicas(APP)) === 0, 'the target is scaled to zero');
  const { failed, failures } = await traffic.stop();
  assert.equal(failed, 0, failures.join('\n'));
});

test('a primary whose pods crash soon after each start is mended by the release of a new image', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.serinus(['all']);
  const crashing = appDeployment({ ...world.app, image: 'lab/http-echo:1-crash' });
  await world.apply(crashing, appRoute(world.app), appCanary(world.app, {}, { metrics: [] }));
  await world.phase('Initialized');
  await until(async () => (await world.available(`${APP}-primary`)) === 0, 'the primary is down');
  await release(world, 'lab/http-echo:2');
  await world.phase('Succeeded');
  assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:2');
  const traffic = world.traffic(20);
  await until(() => traffic.seen.requests > 20, 'users are served');
  const { failed, versions } = await traffic.stop();
  assert.deepEqual([failed, [...versions.keys()]], [0, ['2']]);
});
