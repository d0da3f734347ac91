import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARIES, CONFIG_MAPS, DEPLOYMENTS, SERVICES } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { NAMESPACES } from '../harness/kubernetes/cluster.js';
import { until } from '../harness/until.js';
import { APP, appService } from '../harness/release/objects.js';
import { isGone, reverting } from '../harness/release/reverting.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('a deleted Canary goes although its target, its Service and its route went before it', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(reverting(world));
  await world.kube.delete(APISIX_ROUTES, world.namespace, APP);
  await world.kube.delete(SERVICES, world.namespace, APP);
  await world.kube.delete(DEPLOYMENTS, world.namespace, APP);
  await world.kube.delete(CANARIES, world.namespace, APP);
  await isGone(world);
});

test('a deleted Canary gives back what it can where its target can’t be released any more', async (t) => {
  const world = await ReleaseScene.open(t);
  const metadata = { name: 'settings', namespace: world.namespace };
  await world.apply(appService(world.app));
  await world.kube.apply(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { colour: 'blue' } });
  await world.initialised(reverting(world));
  const envFrom = [{ configMapRef: { name: 'settings' } }];
  const containers = [{ name: 'web', envFrom }];
  // A release of it waits for the ConfigMap that isn't there any more.
  await world.kube.delete(CONFIG_MAPS, world.namespace, 'settings');
  await world.kube.patch(DEPLOYMENTS, 'strategic', world.namespace, APP, {
    spec: { template: { spec: { containers } } },
  });
  await world.kube.delete(CANARIES, world.namespace, APP);
  // Its pods can't start for the same reason, which is told, and what Kubernetes has against them isn't ours to mend.
  await world.kube.apply(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { colour: 'red' } });
  await isGone(world);
  const { selector } = (await world.kube.get(SERVICES, world.namespace, APP))?.['spec'] as { selector: object };
  assert.deepEqual(selector, { app: APP });
  assert.equal(await world.replicas(APP), 1);
});

test('a deleted namespace goes, with a Canary in it that wants to be undone', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(reverting(world));
  await world.kube.delete(NAMESPACES, undefined, world.namespace);
  const gone = async (): Promise<boolean> => !(await world.kube.get(NAMESPACES, undefined, world.namespace));
  await until(gone, 'the namespace is gone', 60_000);
});
