import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { TemporalSubmissions } from '../../src/temporal/submissions.js';
import { DEPLOYMENTS, type KubeObject } from '../../src/kube/object.js';
import { until } from '../support/until.js';
import { APP, appCanary } from '../harness/release/objects.js';
import { allow } from '../harness/release/quota.js';
import { World, type SerinusProcess } from '../harness/release/world.js';

/** Far more than an undo with warm pods takes, which the diagnostics say, also where the machine has other work. */
const BACK_MS = 20_000;

/** Version 2 promoted in place of version 1, whose pods are kept warm. */
async function promoted(t: TestContext): Promise<{ world: World; serinus: SerinusProcess }> {
  const world = await World.open(t);
  const canary = appCanary(world.app, {}, { metrics: [] });
  const annotations = { 'serinus.dev/keep-previous': '30m' };
  const kept: KubeObject = { ...canary, metadata: { ...canary.metadata, annotations } };
  const serinus = await world.initialised(kept, ['--lease-seconds', '2']);
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  await until(async () => (await warmPods(world)) === 1, 'the former version is kept warm', 60_000);
  return { world, serinus };
}

const warmPods = (world: World): Promise<number> => world.available(`${APP}-previous`);

function undo(world: World) {
  const submissions = new TemporalSubmissions(world.temporal, { leaseSeconds: 2, answerMs: 30_000 });
  const canary = { cluster: world.cluster, namespace: world.namespace, name: world.name };
  return submissions.give(canary, 'undo', { by: 'alice', reason: 'checkout is broken', requestId: randomUUID() }, '');
}

test('an undo has traffic on the old version within seconds, and no request fails', async (t) => {
  const { world } = await promoted(t);
  const traffic = world.traffic(50);
  await until(() => traffic.heard('2') > 20, 'users meet version 2');
  const began = Date.now();
  const { receipt } = await undo(world);
  const taken = Date.now() - began;
  assert.equal(receipt?.refused, undefined);
  await world.phase('Failed');
  const lastOfNew = traffic.seen.last.get('2') ?? 0;
  t.diagnostic(`taken after ${taken} ms; last answer of the undone version after ${lastOfNew - began} ms`);
  assert.ok(lastOfNew - began < BACK_MS, `the undone version was heard of for ${lastOfNew - began} ms`);
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assert.equal((await world.run.result()).ending.kind, 'undone');
  assert.deepEqual(
    [await world.image(`${APP}-primary`), await world.image(APP), await world.replicas(APP), await world.weight()],
    ['lab/http-echo:1', 'lab/http-echo:2', 0, 0],
  );
  await until(async () => (await warmPods(world)) === 0, 'the warm pods are gone', 30_000);

  await t.test('what was refused is not shipped again by itself', async () => {
    const { runId } = await world.run.describe();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.equal((await world.run.describe()).runId, runId);
  });
});

test('an undo after the primary has grown: the warm pods are as many before users come to them', async (t) => {
  const { world } = await promoted(t);
  await world.kube.patch(DEPLOYMENTS, 'merge', world.namespace, `${APP}-primary`, { spec: { replicas: 3 } });
  await until(async () => (await world.available(`${APP}-primary`)) === 3, 'the primary has grown');
  const traffic = world.traffic(30);
  const ordered = undo(world);
  await world.atWeight(100);
  assert.equal(await warmPods(world), 3);
  assert.equal((await ordered).receipt?.refused, undefined);
  await world.phase('Failed');
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:1');
});

test('an undo for which a quota has no room: users stay with the primary, which gets the old version back', async (t) => {
  const { world } = await promoted(t);
  await world.kube.patch(DEPLOYMENTS, 'merge', world.namespace, `${APP}-primary`, { spec: { replicas: 3 } });
  await until(async () => (await world.available(`${APP}-primary`)) === 3, 'the primary has grown');
  const traffic = world.traffic(30);
  await allow(world, 4);
  const ordered = undo(world);
  const previous = () => world.kube.get(DEPLOYMENTS, world.namespace, `${APP}-previous`);
  await until(async () => !(await previous()), 'warm pods that are too few are given up');
  // What the quota's controller would count: the warm pod has gone.
  await allow(world, 4, 3);
  assert.equal((await ordered).receipt?.refused, undefined);
  const primary = `${APP}-primary`;
  await until(async () => (await world.image(primary)) === 'lab/http-echo:1', 'the primary has the old version');
  for (let pods = 3; pods > 0; pods -= 1) {
    // One pod is replaced at a time, and each one that has gone is counted off.
    await until(async () => (await updated(world, primary)) > 3 - pods, `pod ${4 - pods} of the old version`);
    await allow(world, 4, 3);
  }
  await world.phase('Failed');
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assert.equal((await world.run.result()).ending.kind, 'undone');
});

async function updated(world: World, name: string): Promise<number> {
  const object = await world.kube.get(DEPLOYMENTS, world.namespace, name);
  return (object?.['status'] as { updatedReplicas?: number } | undefined)?.updatedReplicas ?? 0;
}

test('an undo whose worker is killed in the middle ends on the old version', async (t) => {
  const { world, serinus } = await promoted(t);
  const traffic = world.traffic(20);
  await undo(world);
  await world.atWeight(100, 30_000);
  await serinus.kill();
  await serinus.restart();
  await world.phase('Failed', 90_000);
  assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:1');
  assert.equal(await world.weight(), 0);
  traffic.reset();
  await until(() => traffic.heard('1') > 20, 'users meet version 1');
  const seen = await traffic.stop();
  assert.deepEqual([seen.failed, [...seen.versions.keys()]], [0, ['1']]);
});
