import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReleaseScene } from '../harness/release/scene.js';

test('a good version is promoted, and no request fails on the way', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised();
  const traffic = world.traffic();
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assert.ok((seen.versions.get('1') ?? 0) > 0 && (seen.versions.get('2') ?? 0) > 0, JSON.stringify([...seen.versions]));
  assert.equal(await world.weight(), 0);
  assert.equal(await world.image('shop-primary'), 'lab/http-echo:2');
  assert.equal(await world.replicas('shop'), 0);
  assert.equal((await world.run.result()).ending.kind, 'promoted');
});

test('a version that fails is rolled back, and the primary is untouched', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised();
  const traffic = world.traffic();
  await world.setImage('lab/http-echo:2-errors');
  await world.phase('Failed');
  assert.equal(await world.weight(), 0);
  traffic.reset();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const seen = await traffic.stop();
  assert.deepEqual([...seen.versions.keys()], ['1']);
  assert.equal(seen.failed, 0);
  assert.equal(await world.image('shop-primary'), 'lab/http-echo:1');
  assert.equal(await world.replicas('shop'), 0);
  assert.equal((await world.run.result()).ending.kind, 'rolled-back');
});
