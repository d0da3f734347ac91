import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARIES, DEPLOYMENTS, SERVICES, type KubeObject } from '../../src/kube/object.js';
import { orderUpdates } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

interface ServiceSpec {
  readonly type: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly nodePort?: number }[];
  readonly clusterIP: string;
}

/** Two versions of an application that its team runs side by side, and the Service that shows which one is on. */
function objects(world: ReleaseScene): { readonly service: KubeObject; readonly versions: readonly KubeObject[] } {
  const { namespace } = world;
  const versions = ['1', '2', '3'].map((version) => {
    const text = JSON.stringify(appDeployment({ ...world.app, image: `lab/http-echo:${version}` }));
    return JSON.parse(text.replaceAll(`"app":"${APP}"`, `"app":"${APP}","version":"${version}"`)) as KubeObject;
  });
  return {
    versions: versions.map((object, i) => ({ ...object, metadata: { ...object.metadata, name: `${APP}-v${i + 1}` } })),
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: APP, namespace, labels: { team: 'red' }, annotations: { note: 'mine' } },
      spec: {
        type: 'NodePort',
        selector: { app: APP, version: '1' },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      },
    },
  };
}

async function initialised(world: ReleaseScene, spec: Record<string, unknown> = {}): Promise<void> {
  await world.serinus(['all']);
  const { service, versions } = objects(world);
  for (const version of versions) await world.kube.apply(DEPLOYMENTS, version);
  const targetRef = { apiVersion: 'v1', kind: 'Service', name: APP };
  await world.apply(service, appRoute(world.app), appCanary(world.app, { targetRef, ...spec }, { metrics: [] }));
  await world.phase('Initialized');
  const available = async (): Promise<boolean> => {
    const { items } = await world.kube.list(DEPLOYMENTS, { namespace: world.namespace });
    return items.every((item) => (item['status'] as { availableReplicas?: number }).availableReplicas === 1);
  };
  await until(available, 'all versions run');
}

async function specOf(world: ReleaseScene, name: string): Promise<ServiceSpec> {
  return (await world.kube.get(SERVICES, world.namespace, name))?.['spec'] as ServiceSpec;
}

const pointAt = (world: ReleaseScene, version: string) =>
  world.kube.patch(SERVICES, 'merge', world.namespace, APP, { spec: { selector: { version } } });

test('a Service that leads to other pods is released step by step, no request lost', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(world);
  const primary = await world.kube.get(SERVICES, world.namespace, `${APP}-primary`);
  assert.equal(primary?.metadata.labels?.['team'], 'red');
  const { type, ports, clusterIP } = await specOf(world, `${APP}-primary`);
  assert.deepEqual([type, ports[0]?.nodePort], ['ClusterIP', undefined], 'a copy claims no port of the nodes');
  const traffic = world.traffic(20);
  await until(() => traffic.seen.requests > 10, 'requests');
  assert.deepEqual([...traffic.seen.versions.keys()], ['1']);
  await pointAt(world, '2');
  await world.atWeight(25);
  assert.equal((await specOf(world, `${APP}-canary`)).selector['version'], '2');
  assert.equal((await specOf(world, `${APP}-primary`)).selector['version'], '1');
  await world.phase('Succeeded', 60_000);
  const promoted = await specOf(world, `${APP}-primary`);
  assert.deepEqual([promoted.selector['version'], promoted.clusterIP], ['2', clusterIP]);
  await world.settled();
  traffic.reset();
  await until(() => traffic.seen.requests > 10, 'requests');
  assert.deepEqual([...traffic.seen.versions.keys()], ['2']);
  const events = await world.events();
  assert.ok(events.some((event) => event.includes(`Copying ${APP}.${world.namespace} template spec`)));
  assert.equal((await traffic.stop()).failed, 0);
});

test('in mid-release a Service may change again, and be taken back; its primary stays what it was', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(world);
  const traffic = world.traffic(20);
  await pointAt(world, '2');
  await world.atWeight(25);
  await pointAt(world, '3');
  await until(async () => (await world.events()).some((e) => e.includes('Restarting analysis')), 'restart', 20_000);
  await world.atWeight(25);
  assert.equal((await specOf(world, `${APP}-canary`)).selector['version'], '3');
  await world.run.executeUpdate(orderUpdates.abort, { args: [{ by: 'alice', reason: 'second thoughts' }] });
  await world.phase('Failed');
  assert.equal(await world.weight(), 0);
  assert.equal((await specOf(world, `${APP}-primary`)).selector['version'], '1');
  assert.equal((await traffic.stop()).failed, 0);
});

test('a deleted Canary leaves the Service as its users have it', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(world, { revertOnDeletion: true });
  const before = (await world.kube.get(SERVICES, world.namespace, APP))?.metadata.resourceVersion;
  await world.kube.delete(CANARIES, world.namespace, APP);
  const left = async (): Promise<number> => {
    const { items } = await world.kube.list(SERVICES, { namespace: world.namespace });
    return items.length;
  };
  await until(async () => (await left()) === 1, 'the copies are gone', 40_000);
  const after = await world.kube.get(SERVICES, world.namespace, APP);
  assert.equal(after?.metadata.resourceVersion, before, 'nobody has written it');
});
