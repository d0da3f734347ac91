import { test } from 'node:test';
import { CANARIES, LEASES } from '../../src/kube/object.js';
import { APP } from '../harness/release/objects.js';
import { isGone, reverting } from '../harness/release/reverting.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('a Canary whose spec is invalid, and that nobody remembers a valid one of, goes as it is', async (t) => {
  const world = await ReleaseScene.open(t);
  const serinus = await world.initialised(reverting(world));
  await serinus.stop();
  await world.kube.patch(CANARIES, 'merge', world.namespace, APP, { spec: { routeRef: null } });
  await world.kube.delete(LEASES, world.namespace, `serinus-${APP}`);
  await world.kube.delete(CANARIES, world.namespace, APP);
  await serinus.restart();
  await isGone(world);
});
