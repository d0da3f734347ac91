import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/kube/object.js';
import { CONFIG_MAPS, DEPLOYMENTS, SECRETS } from '../../src/kube/object.js';
import { adopt, FLAGGERS_TIME_MS, releasesBegun } from '../harness/release/adoption.js';
import { FlaggerProcess } from '../harness/release/flagger.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('a failed release stays failed through both changes of hands', async (t) => {
  const world = await ReleaseScene.open(t);
  const flagger = await FlaggerProcess.find(t, world);
  await flagger.start();
  await applyConfigs(world);
  const canary = appCanary(world.app, { progressDeadlineSeconds: 10 }, { metrics: [] });
  await world.apply(withConfigs(appDeployment(world.app)), appRoute(world.app), canary);
  await world.phase('Initialized', FLAGGERS_TIME_MS);
  const traffic = world.traffic(10);
  await world.kube.patch(DEPLOYMENTS, 'merge', world.namespace, APP, { spec: { progressDeadlineSeconds: 10 } });
  await world.setImage('nowhere/nothing:1');
  await world.phase('Failed', FLAGGERS_TIME_MS);
  // In `Failed` Flagger writes the present hash with its next look.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  await flagger.stop();
  const before = await world.canary();
  const begun = await releasesBegun(world);
  assert.deepEqual(Object.keys(before.trackedConfigs).sort(), ['configmap/settings', 'secret/token']);

  const adopted = await adopt(world, '--yes');
  assert.equal(adopted.code, 0, adopted.out + adopted.err);
  assert.deepEqual((await world.canary()).trackedConfigs, before.trackedConfigs, 'checksums are the same in both');
  assert.match(adopted.out, /the target still holds what failed/);
  const ours = await world.serinus(['all']);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  assert.equal((await world.canary()).phase, 'Failed');
  assert.equal(await world.replicas(APP), 0);
  await ours.stop();

  const back = await adopt(world, '--give-back', '--yes');
  assert.equal(back.code, 0, back.out + back.err);
  const after = await world.canary();
  assert.equal(after.lastAppliedSpec, before.lastAppliedSpec);
  assert.equal(after.lastPromotedSpec, before.lastPromotedSpec);
  assert.deepEqual(after.trackedConfigs, before.trackedConfigs);
  await flagger.start();
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  assert.equal((await world.canary()).phase, 'Failed');
  assert.equal(await releasesBegun(world), begun, 'nobody releases the failed version again');
  assert.equal((await traffic.stop()).failed, 0);
});

/** With characters that Go writes into JSON in its own way. */
async function applyConfigs({ kube, namespace }: ReleaseScene): Promise<void> {
  const data = { plain: 'yes', markup: '<b>&amp;</b>', separator: 'a\u2028b' };
  await kube.apply(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace },
    data,
  });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token', namespace }, type: 'Opaque' };
  await kube.apply(SECRETS, { ...secret, stringData: { token: 'quokka' } });
}

function withConfigs(app: KubeObject): KubeObject {
  const copy = structuredClone(app) as KubeObject & {
    spec: { template: { spec: { containers: Record<string, unknown>[]; volumes?: unknown[] } } };
  };
  const pod = copy.spec.template.spec;
  pod.volumes = [{ name: 'token', secret: { secretName: 'token' } }];
  Object.assign(pod.containers[0] ?? {}, { envFrom: [{ configMapRef: { name: 'settings' } }] });
  return copy;
}
