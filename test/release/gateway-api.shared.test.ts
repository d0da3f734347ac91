import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import { DEPLOYMENTS } from '../../src/kube/object.js';
import { APP, appCanary, appDeployment } from '../harness/release/objects.js';
import { measuredFirst } from '../harness/release/measured.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { until } from '../harness/until.js';

// Whole releases on the Gateway API: judged by what the pods themselves count, since no Gateway's metrics are the same.

const ROUTES: ResourceType = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', plural: 'httproutes' };
const PORT = 9898;

test('a good version is promoted by weights on an HTTPRoute, judged by the metrics of its pods', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(t, world);
  const route = await world.kube.get(ROUTES, world.namespace, APP);
  assert.equal(route?.metadata.ownerReferences?.[0]?.kind, 'Canary');
  const traffic = world.traffic();
  await setVersion(world, '6.0.1');
  await world.phase('Succeeded', 120_000);
  const seen = await traffic.stop();
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assert.ok(
    (seen.versions.get('6.0.0') ?? 0) > 0 && (seen.versions.get('6.0.1') ?? 0) > 0,
    JSON.stringify([...seen.versions]),
  );
  assert.equal(await world.image('shop-primary'), 'stefanprodan/podinfo:6.0.1');
  assert.deepEqual(await weights(world), [100, 0]);
  await happened(world, [
    ...started(world),
    `[Normal] Advance ${of(world)} canary weight 25`,
    `[Normal] Advance ${of(world)} canary weight 50`,
    `[Normal] Copying ${of(world)} template spec to shop-primary.${world.namespace}`,
    '[Normal] Routing all traffic to primary',
    `[Normal] Promotion completed! Scaling down ${of(world)}`,
  ]);
});

test('a version whose pods count errors is rolled back', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(t, world);
  const traffic = world.traffic();
  await setVersion(world, '6.0.2', ['--random-error=true']);
  await world.phase('Failed', 120_000);
  assert.deepEqual(await weights(world), [100, 0]);
  traffic.reset();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const seen = await traffic.stop();
  assert.deepEqual([...seen.versions.keys()], ['6.0.0']);
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  const halt = `[Warning] Halt ${of(world)} advancement success rate …% < 99%`;
  // Each request fails with a probability of one in three: few requests may all have passed.
  const byChance = `[Normal] Advance ${of(world)} canary weight 50`;
  await happened(
    world,
    [
      ...started(world),
      `[Normal] Advance ${of(world)} canary weight 25`,
      halt,
      halt,
      halt,
      `[Warning] Rolling back ${of(world)} failed checks threshold reached 3`,
      `[Warning] Canary failed! Scaling down ${of(world)}`,
    ],
    byChance,
  );
});

async function initialised(t: TestContext, world: ReleaseScene): Promise<void> {
  await world.serinus(['all']);
  await world.apply(application(world), canary(world, await measuredFirst(t, world)));
  await world.phase('Initialized');
}

const of = (world: ReleaseScene) => `shop.${world.namespace}`;

/** What is said of a Canary that is initialised, and of a release that begins. */
function started(world: ReleaseScene): readonly string[] {
  return [
    '[Normal] all the metrics providers are available!',
    `[Normal] Initialization done! ${of(world)}`,
    `[Normal] New revision detected! Scaling up ${of(world)}`,
    `[Normal] Starting canary analysis for ${of(world)}`,
  ];
}

/**
 * Pods that take longer to start or to stop than an interval are named meanwhile, and so is a weight whose requests Prometheus
 * has not read yet: how long that takes is the machine's.
 */
const NOT_YET =
  / not ready: waiting for rollout to finish: |Wait with metric .*: no values found yet since the weight changed$/;

/**
 * These events were recorded, in this order, and no others but those of what isn't there yet.
 *
 * @param byChance may have been recorded once besides
 */
async function happened(world: ReleaseScene, expected: readonly string[], byChance?: string): Promise<void> {
  const reported = async () => {
    const lines = (await world.events()).filter((line) => !NOT_YET.test(line));
    assert.ok(lines.filter((line) => line === byChance).length <= 1, lines.join('\n'));
    return lines.filter((line) => line !== byChance);
  };
  const said = async () => (await reported()).map((line) => line.replace(/success rate [\d.]+%/, 'success rate …%'));
  await until(async () => (await said()).includes(expected.at(-1) ?? ''), `the event ${expected.at(-1)}`);
  assert.deepEqual(await said(), expected);
}

/** podinfo counts its own requests, and asks to be scraped. */
function application(world: ReleaseScene): KubeObject {
  const deployment = appDeployment(world.app);
  const spec = deployment['spec'] as { template: { metadata: object } };
  const container = {
    name: 'web',
    image: 'stefanprodan/podinfo:6.0.0',
    command: ['./podinfo'],
    args: [`--port=${PORT}`],
    ports: [{ name: 'http', containerPort: PORT }],
    // Random errors are for users, not for probes.
    readinessProbe: { httpGet: { path: '/readyz', port: PORT }, periodSeconds: 1, failureThreshold: 30 },
  };
  const annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(PORT) };
  const metadata = { ...spec.template.metadata, annotations };
  return { ...deployment, spec: { ...spec, template: { metadata, spec: { containers: [container] } } } };
}

function canary(world: ReleaseScene, webhook: object): KubeObject {
  return appCanary(
    world.app,
    {
      provider: 'gatewayapi:v1',
      routeRef: undefined,
      service: { port: 80, targetPort: PORT, hosts: [world.host], gatewayRefs: [{ name: 'lab' }] },
    },
    {
      interval: '4s',
      webhooks: [webhook],
      metrics: [
        { name: 'request-success-rate', thresholdRange: { min: 99 }, interval: '10s' },
        // That there are values is what counts here: how long a request takes is the machine's.
        { name: 'request-duration', thresholdRange: { max: 30_000 }, interval: '10s' },
      ],
    },
  );
}

async function setVersion(world: ReleaseScene, tag: string, args: readonly string[] = []): Promise<void> {
  const container = { name: 'web', image: `stefanprodan/podinfo:${tag}`, args: [`--port=${PORT}`, ...args] };
  const patch = { spec: { template: { spec: { containers: [container] } } } };
  await world.kube.patch(DEPLOYMENTS, 'strategic', world.namespace, APP, patch);
}

/** Those of primary and canary. */
async function weights(world: ReleaseScene): Promise<readonly (number | undefined)[] | undefined> {
  const route = await world.kube.get(ROUTES, world.namespace, APP);
  const spec = route?.['spec'] as { rules: { backendRefs: { weight?: number }[] }[] } | undefined;
  return spec?.rules.at(-1)?.backendRefs.map(({ weight }) => weight);
}
