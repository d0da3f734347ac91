import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('with Services alone a release is Blue/Green: users stay at the primary until it is promoted', async (t) => {
  const world = await ReleaseScene.open(t);
  const canary = { provider: 'kubernetes', routeRef: undefined };
  const analysis = { stepWeight: undefined, maxWeight: undefined, iterations: 2, metrics: [] };
  // The users' own route leads to the Service, and nobody changes it.
  await world.initialised(appCanary(world.app, canary, analysis));
  const traffic = world.traffic();
  await world.setImage('lab/http-echo:2');
  await world.phase('Promoting');
  assert.deepEqual([...traffic.seen.versions.keys()], ['1'], 'nobody meets the canary');
  await world.phase('Succeeded');
  traffic.reset();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const seen = await traffic.stop();
  assert.deepEqual([...seen.versions.keys()], ['2']);
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assert.equal(await world.weight(), undefined, 'no route is made');
  assert.equal(await world.replicas('shop'), 0);
});
