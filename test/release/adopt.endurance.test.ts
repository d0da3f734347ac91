import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARIES } from '../../src/kube/object.js';
import { until } from '../harness/until.js';
import {
  adopt,
  FLAGGERS_TIME_MS,
  isFree,
  marks,
  objects,
  release,
  releasesBegun,
} from '../harness/release/adoption.js';
import { FlaggerProcess } from '../harness/release/flagger.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('Flagger ships a release, Serinus adopts and ships the next, gives back, and Flagger ships the third', async (t) => {
  const world = await ReleaseScene.open(t);
  const flagger = await FlaggerProcess.find(t, world);
  await flagger.start();
  await world.apply(appDeployment(world.app), appRoute(world.app), appCanary(world.app));
  await world.phase('Initialized', FLAGGERS_TIME_MS);
  const traffic = world.traffic(20);
  await release(world, 2, FLAGGERS_TIME_MS);

  const refused = await adopt(world, '--yes');
  assert.equal(refused.code, 1, refused.err);
  assert.match(refused.out, /error: Flagger runs: .*Lease\/flagger-leader-election/);
  await flagger.stop();

  const before = { objects: await objects(world), canary: await world.kube.get(CANARIES, world.namespace, APP) };
  const begun = await releasesBegun(world);
  const planned = await adopt(world);
  assert.equal(planned.code, 0, planned.out + planned.err);
  assert.match(planned.out, new RegExp(`^${APP}\\.${world.namespace} \\(Succeeded\\): will be adopted$`, 'm'));
  assert.deepEqual(await world.kube.get(CANARIES, world.namespace, APP), before.canary, 'a plan writes nothing');
  assert.deepEqual(await marks(world), []);

  const adopted = await adopt(world, '--yes');
  assert.equal(adopted.code, 0, adopted.out + adopted.err);
  assert.deepEqual(await objects(world), before.objects, 'adopting changes no object');
  assert.equal(await world.weight(), 0);
  assert.match((await adopt(world)).out, /Serinus looks after it already/);

  const ours = await world.serinus(['all']);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  assert.equal((await world.canary()).phase, 'Succeeded');
  assert.equal(await releasesBegun(world), begun, 'taking over starts no release');
  await release(world, 3, 120_000);
  await until(async () => (await world.lease())?.['spec'] !== undefined && (await isFree(world)), 'the run is over');
  await ours.stop();

  const back = await adopt(world, '--give-back', '--yes');
  assert.equal(back.code, 0, back.out + back.err);
  assert.deepEqual(await marks(world), [], 'nothing of Serinus is left');
  const third = await releasesBegun(world);
  await flagger.start();
  await world.phase('Initialized', FLAGGERS_TIME_MS);
  const left = await objects(world);
  // Two looks of Flagger: a release that it were to start would have begun.
  await new Promise((resolve) => setTimeout(resolve, 22_000));
  assert.equal((await world.canary()).phase, 'Initialized');
  assert.equal(await releasesBegun(world), third, 'giving back starts no release');
  assert.deepEqual(await objects(world), left);
  await release(world, 4, FLAGGERS_TIME_MS);

  const seen = await traffic.stop();
  assert.deepEqual([...seen.versions.keys()].sort(), ['1', '2', '3', '4']);
  assert.equal(seen.failed, 0, seen.failures.join('\n'));
});
