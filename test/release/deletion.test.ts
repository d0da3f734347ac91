import { test } from 'node:test';
import { CANARIES, LEASES, type KubeObject } from '../../src/kube/object.js';
import { until } from '../support/until.js';
import { APP, appCanary } from '../harness/release/objects.js';
import { World } from '../harness/release/world.js';

// A Canary that wants to be undone must not stay for ever where there is nothing left to undo.

const reverting = (world: World): KubeObject => appCanary(world.app, { revertOnDeletion: true }, { metrics: [] });

async function isGone(world: World): Promise<void> {
  const gone = async (): Promise<boolean> => !(await world.kube.get(CANARIES, world.namespace, APP));
  await until(gone, 'the Canary is gone', 30_000);
}

test('a Canary whose spec is invalid, and that nobody remembers a valid one of, goes as it is', async (t) => {
  const world = await World.open(t);
  const serinus = await world.initialised(reverting(world));
  await serinus.stop();
  await world.kube.patch(CANARIES, 'merge', world.namespace, APP, { spec: { routeRef: null } });
  await world.kube.delete(LEASES, world.namespace, `serinus-${APP}`);
  await world.kube.delete(CANARIES, world.namespace, APP);
  await serinus.restart();
  await isGone(world);
});
