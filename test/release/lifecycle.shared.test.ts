import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARIES, CONFIG_MAPS, CONTROLLER_REVISIONS, DEPLOYMENTS, SECRETS, SERVICES } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { orderUpdates } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { APP, appCanary, appDeployment, appRoute, appService } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

const quick = (world: ReleaseScene, spec: Record<string, unknown> = {}, analysis: Record<string, unknown> = {}) =>
  appCanary(world.app, spec, { metrics: [], ...analysis });

test('a newer revision in mid-release restarts the analysis, and what is promoted is what was analysed', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(quick(world));
  const traffic = world.traffic(20);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await world.setImage('lab/http-echo:3');
  await until(async () => (await world.events()).some((e) => e.includes('Restarting analysis')), 'restart');
  await world.phase('Succeeded');
  assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:3');
  const starts = (await world.events()).filter((event) => event.includes('Starting canary analysis'));
  assert.equal(starts.length, 2);
  assert.equal((await traffic.stop()).failed, 0);
});

test('a target that goes back to the promoted version ends the release without a trace on the primary', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(quick(world, {}, { interval: '600s' }));
  const before = (await world.kube.get(DEPLOYMENTS, world.namespace, `${APP}-primary`))?.metadata.generation;
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await world.setImage('lab/http-echo:1');
  await world.phase('Initialized');
  assert.equal(await world.weight(), 0);
  assert.equal((await world.kube.get(DEPLOYMENTS, world.namespace, `${APP}-primary`))?.metadata.generation, before);
  assert.equal((await world.run.result()).ending.kind, 'superseded');
});

test('an abort in the promotion puts the primary’s former template and configs back, with traffic flowing', async (t) => {
  const world = await ReleaseScene.open(t);
  const config = (value: string) =>
    world.kube.apply(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: world.namespace },
      data: { value },
    });
  await config('one');
  await world.serinus(['all']);
  const app = appDeployment(world.app);
  const withConfig = JSON.parse(JSON.stringify(app)) as {
    spec: { template: { spec: { containers: Record<string, unknown>[] } } };
  } & typeof app;
  const [container] = withConfig.spec.template.spec.containers;
  Object.assign(container ?? {}, { envFrom: [{ configMapRef: { name: 'settings' } }] });
  await world.apply(withConfig, appRoute(world.app), quick(world));
  await world.phase('Initialized');
  const copy = async () =>
    ((await world.kube.get(CONFIG_MAPS, world.namespace, 'settings-primary'))?.['data'] as { value: string }).value;
  assert.equal(await copy(), 'one');
  const traffic = world.traffic(20);
  await config('two');
  await world.atWeight(50);
  // A primary that takes long to roll out keeps the promotion open.
  await world.kube.patch(DEPLOYMENTS, 'merge', world.namespace, APP, { spec: { minReadySeconds: 20 } });
  await world.phase('Promoting');
  await until(async () => (await copy()) === 'two', 'the new config is copied');
  await world.run.executeUpdate(orderUpdates.abort, { args: [{ by: 'alice', reason: 'second thoughts' }] });
  await world.phase('Failed');
  assert.equal(await world.weight(), 0);
  assert.equal(await copy(), 'one');
  const primary = await world.kube.get(DEPLOYMENTS, world.namespace, `${APP}-primary`);
  assert.equal(primary?.metadata.annotations?.['serinus.dev/promoted-from'], undefined);
  assert.equal((await traffic.stop()).failed, 0);
  const kept = await world.kube.list(CONTROLLER_REVISIONS, {
    namespace: world.namespace,
    labelSelector: `serinus.dev/canary=${APP}`,
  });
  assert.equal(kept.items.length, 1);
});

test('a changed ConfigMap or Secret is a release of its own, and reaches the primary only by it', async (t) => {
  const world = await ReleaseScene.open(t);
  const secret = (token: string) =>
    world.kube.apply(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace: world.namespace },
      type: 'Opaque',
      stringData: { token },
    });
  await secret('quokka-1');
  await world.serinus(['all']);
  const app = appDeployment(world.app) as unknown as { spec: { template: { spec: Record<string, unknown> } } };
  app.spec.template.spec['volumes'] = [{ name: 'token', secret: { secretName: 'token' } }];
  await world.apply(app as unknown as ReturnType<typeof appDeployment>, appRoute(world.app), quick(world));
  await world.phase('Initialized');
  const primary = (await world.kube.get(DEPLOYMENTS, world.namespace, `${APP}-primary`)) as unknown as {
    spec: { template: { spec: { volumes: { secret: { secretName: string } }[] } } };
  };
  assert.equal(primary.spec.template.spec.volumes[0]?.secret.secretName, 'token-primary');
  const copied = async () => {
    const { token = '' } = ((await world.kube.get(SECRETS, world.namespace, 'token-primary'))?.['data'] ?? {}) as {
      token?: string;
    };
    return Buffer.from(token, 'base64').toString();
  };
  assert.equal(await copied(), 'quokka-1');
  await secret('quokka-2');
  await world.phase('Progressing');
  assert.equal(await copied(), 'quokka-1');
  await world.phase('Succeeded');
  assert.equal(await copied(), 'quokka-2');
  const { trackedConfigs } = await world.canary();
  assert.deepEqual(Object.keys(trackedConfigs), ['secret/token']);
  const history = await world.run.fetchHistory();
  const payloads = JSON.stringify(history, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
  assert.ok(payloads.includes(APP), 'the payloads are readable here');
  for (const word of ['quokka', Buffer.from('quokka-1').toString('base64').slice(0, 8)]) {
    assert.ok(!payloads.includes(word), 'no secret in the history');
  }
});

test('generated objects that somebody deletes or bends come back', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(quick(world));
  await world.run.result();
  await world.kube.delete(SERVICES, world.namespace, `${APP}-canary`);
  await until(
    async () => (await world.kube.get(SERVICES, world.namespace, `${APP}-canary`)) !== undefined,
    'the Service is made anew',
    20_000,
  );
  await world.kube.patch(SERVICES, 'merge', world.namespace, APP, { spec: { selector: { app: 'nobody' } } });
  const selector = async () =>
    ((await world.kube.get(SERVICES, world.namespace, APP))?.['spec'] as { selector: Record<string, string> }).selector;
  await until(async () => (await selector())['app'] === `${APP}-primary`, 'the selector is put right', 20_000);
  await world.kube.delete(APISIX_ROUTES, world.namespace, `${APP}-${APP}-canary`);
  await until(async () => (await world.weight()) === 0, 'the route is made anew', 20_000);
  // What users add to it survives.
  await world.kube.patch(APISIX_ROUTES, 'merge', world.namespace, `${APP}-${APP}-canary`, {
    metadata: { annotations: { team: 'red' } },
  });
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  const route = await world.kube.get(APISIX_ROUTES, world.namespace, `${APP}-${APP}-canary`);
  assert.equal(route?.metadata.annotations?.['team'], 'red');
});

test('a change of the user’s route in mid-release reaches ours without moving traffic', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(quick(world, {}, { interval: '600s' }));
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await world.kube.patch(APISIX_ROUTES, 'json', world.namespace, APP, [
    { op: 'add', path: '/spec/http/0/timeout', value: { connect: '7s', send: '7s', read: '7s' } },
  ]);
  const timeout = async () => {
    const route = await world.kube.get(APISIX_ROUTES, world.namespace, `${APP}-${APP}-canary`);
    return (route?.['spec'] as { http: { timeout?: { connect: string } }[] }).http[0]?.timeout?.connect;
  };
  await until(async () => (await timeout()) === '7s', 'the timeout is taken over', 20_000);
  assert.equal(await world.weight(), 25);
  assert.equal((await world.canary()).phase, 'Progressing');
});

test('revertOnDeletion gives the target its pods and its Service back; no request fails', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.serinus(['all']);
  await world.apply(appService(world.app), appDeployment(world.app), appRoute(world.app));
  await world.apply(quick(world, { revertOnDeletion: true }));
  await world.phase('Initialized');
  assert.deepEqual((await world.kube.get(CANARIES, world.namespace, APP))?.metadata.finalizers, [
    'finalizer.flagger.app',
  ]);
  const traffic = world.traffic(20);
  await world.kube.delete(CANARIES, world.namespace, APP);
  await until(
    async () => (await world.kube.get(CANARIES, world.namespace, APP)) === undefined,
    'the Canary is gone',
    40_000,
  );
  assert.equal(await world.replicas(APP), 1);
  const service = (await world.kube.get(SERVICES, world.namespace, APP))?.['spec'] as {
    selector: Record<string, string>;
  };
  assert.deepEqual(service.selector, { app: APP });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
});

test('a suspended Canary does nothing until it is resumed', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(quick(world));
  await world.apply(quick(world, { suspend: true }));
  await until(
    async () => (await world.events()).some((e) => e.includes('skipping canary run as object is suspended')),
    'it is said',
  );
  await world.setImage('lab/http-echo:2');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  assert.equal((await world.canary()).phase, 'Initialized');
  await world.apply(quick(world, { suspend: false }));
  await world.phase('Succeeded');
});

test('skipAnalysis promotes without a step', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(quick(world, { skipAnalysis: true }));
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  // The last word comes after the last status.
  await until(
    async () =>
      (await world.events()).some((e) => e.includes('Promotion completed! Canary analysis was skipped for shop')),
    'it is said',
  );
});

test('a canary that never becomes ready is rolled back at its deadline', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(quick(world, { progressDeadlineSeconds: 4 }));
  await world.setImage('lab/http-echo:2-unready');
  await world.phase('Failed');
  assert.ok((await world.events()).some((e) => e.includes('progress deadline exceeded')));
  assert.equal(await world.weight(), 0);
});
