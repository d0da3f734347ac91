import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { applyManifests } from '../../lab/manifests.js';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS, SERVICES } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { until } from '../harness/until.js';
import { archivedWithoutTemporal, entriesOf } from '../harness/release/archived.js';
import { ReleaseScene } from '../harness/release/scene.js';

/** The walkthrough's own place and names: its words are compared letter by letter. */
async function openWalkthrough(t: TestContext): Promise<ReleaseScene> {
  const world = await ReleaseScene.open(t, { namespace: 'test', name: 'podinfo', host: 'app.example.com' });
  await applyManifests(world.lab, ['podinfo', 'route', 'load-tester']);
  await until(
    async () => (await ready(world, 'flagger-loadtester')) && (await ready(world, 'podinfo')),
    'podinfo and the load tester are ready',
    60_000,
  );
  return world;
}

async function ready(world: ReleaseScene, name: string): Promise<boolean> {
  const object = await world.kube.get(DEPLOYMENTS, 'test', name);
  return ((object?.['status'] as { availableReplicas?: number } | undefined)?.availableReplicas ?? 0) > 0;
}

/**
 * What a look comes upon depends on how quick the machine is: a rollout may be further or less far, and requests counted
 * already. In the places of such lines there may be none, or several in one of these forms; all others are exact.
 */
const AS_SEEN = [
  /^\[Warning\] (podinfo-primary\.test|canary deployment podinfo\.test) not ready: waiting for rollout to finish: \d \S.*$/,
  /^\[Warning\] Halt advancement no values found for apisix metric request-success-rate probably podinfo\.test is not receiving traffic: running query failed: no values found$/,
];

const WAITING =
  '[Warning] podinfo-primary.test not ready: waiting for rollout to finish: 0 of 1 (readyThreshold 100%) updated replicas are available';

const INITIALISED = ['[Normal] all the metrics providers are available!', '[Normal] Initialization done! podinfo.test'];

const PROMOTED = [
  '[Normal] New revision detected! Scaling up podinfo.test',
  '[Warning] canary deployment podinfo.test not ready: waiting for rollout to finish: 0 of 1 (readyThreshold 100%) updated replicas are available',
  '[Normal] Starting canary analysis for podinfo.test',
  '[Normal] Advance podinfo.test canary weight 10',
  '[Warning] Halt advancement no values found for apisix metric request-success-rate probably podinfo.test is not receiving traffic: running query failed: no values found',
  '[Normal] Advance podinfo.test canary weight 20',
  '[Normal] Advance podinfo.test canary weight 30',
  '[Normal] Advance podinfo.test canary weight 40',
  '[Normal] Advance podinfo.test canary weight 50',
  '[Normal] Copying podinfo.test template spec to podinfo-primary.test',
  '[Warning] podinfo-primary.test not ready: waiting for rollout to finish: 1 old replicas are pending termination',
  '[Normal] Routing all traffic to primary',
  '[Normal] Promotion completed! Scaling down podinfo.test',
];

function assertSaid(events: readonly string[], expected: readonly string[]): void {
  const isAsSeen = (event = ''): boolean => AS_SEEN.some((form) => form.test(event));
  const rest = [...events];
  for (const one of expected) {
    if (!isAsSeen(one)) assert.equal(rest.shift(), one, events.join('\n'));
    else while (isAsSeen(rest[0])) rest.shift();
  }
  assert.deepEqual(rest, []);
}

test('the walkthrough, word for word: what appears, what is said, how it ends', async (t) => {
  const world = await openWalkthrough(t);
  await world.serinus(['all', '--min-interval', '10']);
  await applyManifests(world.lab, ['canary']);
  await world.phase('Initialized');
  const exists = async (type: Parameters<typeof world.kube.get>[0], name: string) =>
    assert.ok(await world.kube.get(type, 'test', name), `${type.kind} ${name} appears by itself`);
  await exists(DEPLOYMENTS, 'podinfo-primary');
  await exists(HORIZONTAL_POD_AUTOSCALERS, 'podinfo-primary');
  for (const name of ['podinfo', 'podinfo-canary', 'podinfo-primary']) await exists(SERVICES, name);
  await exists(APISIX_ROUTES, 'podinfo-podinfo-canary');

  // kubectl -n test set image deployment/podinfo podinfod=stefanprodan/podinfo:6.0.1
  const containers = [{ name: 'podinfod', image: 'stefanprodan/podinfo:6.0.1' }];
  await world.kube.patch(DEPLOYMENTS, 'strategic', 'test', 'podinfo', { spec: { template: { spec: { containers } } } });
  await world.phase('Succeeded', 150_000);
  const { runs: [runId = ''] = [] } = await world.run.result();
  const events = await world.events();
  assertSaid(events, [WAITING, ...INITIALISED, ...PROMOTED]);

  const status = await world.canary();
  assert.equal(status.canaryWeight, 0);
  const [promoted] = status.conditions;
  assert.deepEqual(
    [promoted?.type, promoted?.status, promoted?.reason, promoted?.message],
    ['Promoted', 'True', 'Succeeded', 'Canary analysis completed successfully, promotion finished.'],
  );
  const log = world.logText();
  for (const event of events.slice(events.indexOf('[Normal] Initialization done! podinfo.test'))) {
    const message = event.replace(/^\[\w+\] /, '');
    assert.ok(
      log.includes(`"canary":"podinfo.test","msg":${JSON.stringify(message)}`),
      `the log has it, too: ${message}`,
    );
  }

  await t.test('and the archive has all of it, when Temporal has forgotten the release', async (t) => {
    const release = await archivedWithoutTemporal(t, world, runId);
    assert.equal(release.outcome, 'promoted');
    assert.deepEqual(release.images, {
      before: ['stefanprodan/podinfo:6.0.0'],
      after: ['stefanprodan/podinfo:6.0.1'],
    });
    assert.equal(release.recordDropped, 0);
    assert.deepEqual(
      entriesOf(release, 'event').map(({ type, message }) => `[${type}] ${message}`),
      events.slice(events.indexOf('[Normal] New revision detected! Scaling up podinfo.test')),
    );
    const weights = entriesOf(release, 'weight');
    assert.deepEqual(
      weights.map(({ canary }) => canary),
      [10, 20, 30, 40, 50, 0],
    );
    const windows = entriesOf(release, 'analysis');
    assert.ok(windows.length >= 5, `${windows.length} windows`);
    const rates = windows.flatMap(({ metrics }) => metrics.filter(({ metric }) => metric === 'request-success-rate'));
    assert.ok(rates.some(({ value, min, window, ok }) => ok && value === 100 && min === 99 && window !== undefined));
    // What the canary has met is reported for the weights, once there were requests.
    const seen = windows.flatMap((entry) => (entry.seen && 'percent' in entry.seen ? [entry.seen] : []));
    assert.ok(
      seen.some(({ percent, requests }) => percent > 0 && percent < 100 && requests > 0),
      JSON.stringify(windows.map((entry) => entry.seen)),
    );
    assert.ok(
      windows.some(({ hooks }) => hooks.some(({ hook, status }) => hook === 'load-test' && status !== undefined)),
    );
    assert.deepEqual(release.templates?.difference, [
      {
        path: 'spec.containers[podinfod].image',
        before: 'stefanprodan/podinfo:6.0.0',
        after: 'stefanprodan/podinfo:6.0.1',
      },
    ]);
    assert.ok(release.templates.before && release.templates.after);
  });
});
