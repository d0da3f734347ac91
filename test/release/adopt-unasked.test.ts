import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../harness/until.js';
import { FLAGGERS_TIME_MS, isFree, objects, PRIMARY, release, releasesBegun } from '../harness/release/adoption.js';
import { FlaggerProcess } from '../harness/release/flagger.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('a Serinus that got no report of the change starts no release, and ships the next', async (t) => {
  const world = await ReleaseScene.open(t);
  const flagger = await FlaggerProcess.find(t, world);
  await flagger.start();
  await world.apply(appDeployment(world.app), appRoute(world.app), appCanary(world.app));
  await world.phase('Initialized', FLAGGERS_TIME_MS);
  await flagger.stop();
  const traffic = world.traffic(20);
  const before = await objects(world);
  await world.serinus(['all']);
  await until(async () => (await world.lease()) !== undefined && (await isFree(world)), 'Serinus has looked at it');
  assert.equal((await world.canary()).phase, 'Initialized');
  assert.equal(await releasesBegun(world), 0);
  assert.equal(await world.weight(), 0);
  const after = await objects(world);
  for (const name of [`Deployment/${APP}`, `Deployment/${PRIMARY}`, `Service/${APP}`]) {
    assert.deepEqual(after[name], before[name]);
  }
  await release(world, 2, 120_000);
  assert.equal((await traffic.stop()).failed, 0);
});
