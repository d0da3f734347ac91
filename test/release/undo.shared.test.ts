import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS } from '../../src/kube/object.js';
import { until } from '../harness/until.js';
import { APP } from '../harness/release/objects.js';
import { allow, recount } from '../harness/release/quota.js';
import { promotedWithWarmPods, undo, warmPods } from '../harness/release/undo.js';

/** Far more than an undo with warm pods takes, which the diagnostics say, also where the machine has other work. */
const BACK_MS = 20_000;

test('an undo has traffic on the old version within seconds, and no request fails', async (t) => {
  const { world } = await promotedWithWarmPods(t);
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
  const { world } = await promotedWithWarmPods(t);
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
  const { world } = await promotedWithWarmPods(t);
  await world.kube.patch(DEPLOYMENTS, 'merge', world.namespace, `${APP}-primary`, { spec: { replicas: 3 } });
  await until(async () => (await world.available(`${APP}-primary`)) === 3, 'the primary has grown');
  const traffic = world.traffic(30);
  await allow(world, 4);
  recount(world);
  const ordered = undo(world);
  const previous = () => world.kube.get(DEPLOYMENTS, world.namespace, `${APP}-previous`);
  await until(async () => !(await previous()), 'warm pods that are too few are given up');
  assert.equal((await ordered).receipt?.refused, undefined);
  const primary = `${APP}-primary`;
  await until(async () => (await world.image(primary)) === 'lab/http-echo:1', 'the primary has the old version');
  await world.phase('Failed');
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assert.equal((await world.run.result()).ending.kind, 'undone');
});
