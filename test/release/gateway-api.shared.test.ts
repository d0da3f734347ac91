import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import { DEPLOYMENTS } from '../../src/kube/object.js';
import { APP, appCanary, appDeployment } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

// Whole releases on the Gateway API: judged by what the pods themselves count, since no Gateway's metrics are the same.

const ROUTES: ResourceType = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', plural: 'httproutes' };
const PORT = 9898;

test('a good version is promoted by weights on an HTTPRoute, judged by the metrics of its pods', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(world);
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
  const said = await world.events();
  for (const weight of [25, 50]) {
    assert.ok(said.includes(`[Normal] Advance shop.${world.namespace} canary weight ${weight}`), said.join('\n'));
  }
  // On a busy machine a Gateway may need longer than an interval of a second: it is waited for, and that is said.
  const complaints = /^\[Warning\] Halt|is not ready \(status: (?!True,)/;
  assert.deepEqual(
    // Pods that Prometheus has not scraped yet have no values: said, and no matter of the route.
    said.filter((line) => complaints.test(line) && !line.includes('no values found')),
    [],
  );
});

test('a version whose pods count errors is rolled back', async (t) => {
  const world = await ReleaseScene.open(t);
  await initialised(world);
  const traffic = world.traffic();
  await setVersion(world, '6.0.2', ['--random-error=true']);
  await world.phase('Failed', 120_000);
  assert.deepEqual(await weights(world), [100, 0]);
  traffic.reset();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const seen = await traffic.stop();
  assert.deepEqual([...seen.versions.keys()], ['6.0.0']);
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  const said = await world.events();
  const halts = said.filter((line) => line.includes('advancement success rate'));
  assert.ok(halts.length > 0, said.join('\n'));
});

async function initialised(world: ReleaseScene): Promise<void> {
  await world.serinus(['all']);
  await world.apply(application(world), canary(world));
  await world.phase('Initialized');
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

function canary(world: ReleaseScene): KubeObject {
  return appCanary(
    world.app,
    {
      provider: 'gatewayapi:v1',
      routeRef: undefined,
      service: { port: 80, targetPort: PORT, hosts: [world.host], gatewayRefs: [{ name: 'lab' }] },
    },
    {
      interval: '4s',
      metrics: [
        { name: 'request-success-rate', thresholdRange: { min: 99 }, interval: '10s' },
        { name: 'request-duration', thresholdRange: { max: 1000 }, interval: '10s' },
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
