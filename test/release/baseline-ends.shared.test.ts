import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARIES, DEPLOYMENTS, type KubeObject } from '../../src/kube/object.js';
import { BASELINE, backends, comparedCanary, leftOf } from '../harness/release/baseline.js';
import { analyses } from '../harness/release/judged.js';
import { APP, appDeployment, appRoute, appService } from '../harness/release/objects.js';
import { allow } from '../harness/release/quota.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { undo } from '../harness/release/undo.js';
import { until } from '../harness/until.js';

/** Stays at its first weight: nothing is proven by so few requests. */
const HOLD = 'steps: prove\nwait: { for: 10m, then: hold }\nwrongPromotion: 0.0000000001%';

// A baseline when something else happens than a promotion or an abort (`baseline.shared.test.ts` has these): nothing of it stays.

test('the target is set back, and a promoted version undone: no baseline stays, and an undo has none', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(comparedCanary(world.app));
  world.traffic(60);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(20);
  await world.setImage('lab/http-echo:1');
  await nothingStays(world);

  await world.setImage('lab/http-echo:3');
  await world.phase('Succeeded');
  await nothingStays(world);
  assert.equal((await undo(world)).receipt?.refused, undefined);
  await world.phase('Failed');
  assert.equal((await world.run.result()).ending.kind, 'undone');
  assert.equal(await world.image('shop-primary'), 'lab/http-echo:1');
  await nothingStays(world);
});

test('the Canary is deleted in mid-release: its finalizer takes the baseline away', async (t) => {
  const world = await ReleaseScene.open(t);
  // Its own, which stays.
  await world.apply(appService(world.app));
  await world.initialised(comparedCanary(world.app, { revertOnDeletion: true }));
  const traffic = world.traffic(40);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(20);
  await world.kube.delete(CANARIES, world.namespace, APP);
  const isGone = async () => !(await world.kube.get(CANARIES, world.namespace, APP));
  await until(isGone, 'the Canary is gone', 60_000);
  await until(async () => (await leftOf(world)) === '', 'nothing of the baseline stays');
  const { failed, failures } = await traffic.stop();
  assert.equal(failed, 0, failures.join(', '));
});

test('two Canaries of one namespace have a baseline each, and each ends its own', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(comparedCanary(world.app, {}, HOLD));
  const other = beside(world, 'cart');
  await other.apply();
  await until(async () => (await other.phase()) === 'Initialized', 'the other one is initialised');
  world.traffic(20);
  await Promise.all([world.setImage('lab/http-echo:2'), other.setImage('lab/http-echo:2')]);
  const baselineOf = (name: string) => world.kube.get(DEPLOYMENTS, world.namespace, `${name}-baseline`);
  await until(
    async () => (await baselineOf(APP)) !== undefined && (await baselineOf('cart')) !== undefined,
    'both have a baseline',
  );
  await world.atWeight(20);
  await other.atWeight(20);
  const labels = [await baselineOf(APP), await baselineOf('cart')].map(
    (made) => (made?.['spec'] as { selector: { matchLabels: object } }).selector.matchLabels,
  );
  assert.deepEqual(labels, [{ app: 'shop-baseline' }, { app: 'cart-baseline' }]);
  await world.setImage('lab/http-echo:1');
  await nothingStays(world);
  const still = await baselineOf('cart');
  assert.equal((still?.['spec'] as { replicas: number }).replicas, 1, 'the other one’s goes on');
  assert.deepEqual(await backends(world, 'cart'), { 'cart-primary': 60, 'cart-canary': 20, 'cart-baseline': 20 });
  await other.setImage('lab/http-echo:1');
  await until(async () => (await leftOf(world, 'cart')) === '', 'nothing of the other one’s stays, either');
});

test('a quota forbids the baseline’s pods: rolled back at the deadline, which says so, and nothing stays', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(comparedCanary(world.app, { progressDeadlineSeconds: 12 }));
  // The primary's, and the canary's.
  await allow(world, 2, 1);
  await world.setImage('lab/http-echo:2');
  await world.phase('Failed', 90_000);
  const { ending } = await analyses(world);
  assert.equal(ending.kind, 'rolled-back');
  const events = (await world.events()).join('\n');
  assert.match(events, /Rolling back .*baseline isn't ready/);
  await nothingStays(world);
});

test('somebody else’s Deployment takes the baseline’s name in mid-release: no request goes there, and it is theirs to remove', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(comparedCanary(world.app, { progressDeadlineSeconds: 30 }, HOLD));
  world.traffic(20);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(20);
  const theirs = await takenOver(world);
  await world.phase('Failed');
  assert.deepEqual(await backends(world), { 'shop-primary': 100, 'shop-canary': 0 });
  const events = (await world.events()).join('\n');
  assert.match(events, /Deployment shop-baseline/);
  const now = await world.kube.get(DEPLOYMENTS, world.namespace, BASELINE);
  assert.equal(now?.metadata.uid, theirs.metadata.uid);
  assert.equal(await leftOf(world), 'Deployment shop-baseline');
});

/** Deletes the baseline and makes a Deployment of its name that is nobody's, before it is made again. */
async function takenOver(world: ReleaseScene): Promise<KubeObject> {
  const { metadata, ...rest } = appDeployment(world.app);
  const labels = { app: 'somebody' };
  const spec = rest['spec'] as { template: object };
  const theirs: KubeObject = {
    ...rest,
    metadata: { ...metadata, name: BASELINE },
    spec: { ...spec, selector: { matchLabels: labels }, template: { ...spec.template, metadata: { labels } } },
  };
  let made: KubeObject | undefined;
  await until(async () => {
    await world.kube.delete(DEPLOYMENTS, world.namespace, BASELINE);
    made = await world.kube.create(DEPLOYMENTS, theirs).catch(() => undefined);
    return made !== undefined;
  }, 'somebody else was faster');
  assert.ok(made);
  return made;
}

async function nothingStays(world: ReleaseScene): Promise<void> {
  await until(async () => (await leftOf(world)) === '', 'nothing of the baseline stays', 60_000);
  assert.deepEqual(await backends(world), { 'shop-primary': 100, 'shop-canary': 0 });
}

/** Another application with a Canary of its own, in the same namespace. */
function beside(world: ReleaseScene, name: string) {
  const renamed = <T>(object: T): T =>
    JSON.parse(
      JSON.stringify(object).replaceAll(`"${APP}"`, `"${name}"`).replaceAll(world.host, `${name}.${world.host}`),
    ) as T;
  return {
    apply: () => world.apply(...comparedApp(world).map(renamed)),
    setImage: (image: string) =>
      world.kube.patch(DEPLOYMENTS, 'strategic', world.namespace, name, {
        spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
      }),
    phase: async () => {
      const object = await world.kube.get(CANARIES, world.namespace, name);
      return (object?.['status'] as { phase?: string } | undefined)?.phase;
    },
    atWeight: (weight: number) =>
      until(
        async () => (await backends(world, name))[`${name}-canary`] === weight,
        `${name} at weight ${weight}`,
        60_000,
      ),
  };
}

function comparedApp(world: ReleaseScene): readonly KubeObject[] {
  return [appDeployment(world.app), appRoute(world.app), comparedCanary(world.app, {}, HOLD)];
}
