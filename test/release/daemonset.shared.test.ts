import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARIES, DAEMON_SETS, SERVICES, type KubeObject } from '../../src/kube/object.js';
import { until } from '../harness/until.js';
import { APP, appCanary, appDeployment, appRoute, appService } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

const SCALE_TO_ZERO = 'flagger.app/scale-to-zero';
const targetRef = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: APP };

interface DaemonSetSpec {
  readonly template: {
    readonly spec: {
      readonly nodeSelector?: Readonly<Record<string, string>>;
      readonly containers: readonly { readonly image: string }[];
    };
  };
  readonly updateStrategy: unknown;
}

/** The application of the other tests, as a DaemonSet that makes a pod before it takes one away. */
function appDaemonSet(world: ReleaseScene): KubeObject {
  const { selector, template } = appDeployment(world.app)['spec'] as { selector: object; template: object };
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: APP, namespace: world.namespace, labels: { app: APP } },
    spec: { selector, template, updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
  };
}

async function initialised(world: ReleaseScene, spec: Record<string, unknown> = {}): Promise<void> {
  await world.serinus(['all']);
  await world.kube.apply(DAEMON_SETS, appDaemonSet(world));
  await world.apply(appRoute(world.app), appCanary(world.app, { targetRef, ...spec }, { metrics: [] }));
  await world.phase('Initialized');
}

async function specOf(world: ReleaseScene, name: string): Promise<DaemonSetSpec> {
  return (await world.kube.get(DAEMON_SETS, world.namespace, name))?.['spec'] as DaemonSetSpec;
}

async function pods(world: ReleaseScene, name: string): Promise<number> {
  const { numberAvailable = 0 } = ((await world.kube.get(DAEMON_SETS, world.namespace, name))?.['status'] ?? {}) as {
    numberAvailable?: number;
  };
  return numberAvailable;
}

async function setImage(world: ReleaseScene, image: string): Promise<void> {
  const patch = { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
  await world.kube.patch(DAEMON_SETS, 'strategic', world.namespace, APP, patch);
}

const isAtZero = async (world: ReleaseScene): Promise<boolean> =>
  (await specOf(world, APP)).template.spec.nodeSelector?.[SCALE_TO_ZERO] === 'true';

test('a DaemonSet is released with no request lost: at rest it has no pods, and its primary has one on every node', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(world);
  assert.ok(await isAtZero(world));
  await until(async () => (await pods(world, APP)) === 0, 'the target has no pods');
  assert.equal(await pods(world, `${APP}-primary`), 1);
  const traffic = world.traffic(20);
  await setImage(world, 'lab/http-echo:2');
  await world.atWeight(25);
  assert.equal(await isAtZero(world), false);
  assert.equal(await pods(world, APP), 1);
  await world.phase('Succeeded', 90_000);
  const primary = await specOf(world, `${APP}-primary`);
  assert.equal(primary.template.spec.containers[0]?.image, 'lab/http-echo:2');
  assert.equal(primary.template.spec.nodeSelector, undefined);
  assert.deepEqual(primary.updateStrategy, (await specOf(world, APP)).updateStrategy);
  assert.ok(await isAtZero(world));
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assert.deepEqual([...seen.versions.keys()].sort(), ['1', '2']);
});

test('a DaemonSet whose pods never become ready is rolled back at its deadline, and a mended one is released', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(world, { progressDeadlineSeconds: 5 });
  // A rest that is longer than the deadline must not count.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  const traffic = world.traffic(20);
  await setImage(world, 'lab/http-echo:2-unready');
  await world.phase('Progressing');
  await world.phase('Failed');
  const events = await world.events();
  const expected = /Rolling back .* progress deadline exceeded .*exceeded its progressDeadlineSeconds: 5/;
  assert.ok(
    events.some((event) => expected.test(event)),
    events.join('\n'),
  );
  assert.ok(await isAtZero(world));
  await setImage(world, 'lab/http-echo:3');
  await world.phase('Succeeded', 90_000);
  assert.equal((await traffic.stop()).failed, 0);
});

test('a DaemonSet that waits for its pods to be deleted by hand is not released, and says why', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.serinus(['all']);
  const target = appDaemonSet(world);
  await world.kube.apply(DAEMON_SETS, {
    ...target,
    spec: { ...(target['spec'] as object), updateStrategy: { type: 'OnDelete' } },
  });
  await world.apply(appRoute(world.app), appCanary(world.app, { targetRef }, { metrics: [] }));
  const complaint = `daemonset ${APP}.${world.namespace} must have RollingUpdate strategy but have OnDelete`;
  await until(async () => (await world.events()).some((event) => event.includes(complaint)), 'it is said');
  assert.equal(await world.kube.get(DAEMON_SETS, world.namespace, `${APP}-primary`), undefined);
  await world.kube.apply(DAEMON_SETS, target);
  await world.phase('Initialized');
});

test('revertOnDeletion gives a DaemonSet its nodes back', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.apply(appService(world.app));
  await initialised(world, { revertOnDeletion: true });
  const traffic = world.traffic(20);
  await world.kube.delete(CANARIES, world.namespace, APP);
  const gone = async (): Promise<boolean> => !(await world.kube.get(CANARIES, world.namespace, APP));
  await until(gone, 'the Canary is gone', 40_000);
  assert.equal(await isAtZero(world), false);
  assert.equal(await pods(world, APP), 1);
  const { selector } = (await world.kube.get(SERVICES, world.namespace, APP))?.['spec'] as { selector: object };
  assert.deepEqual(selector, { app: APP });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
});
