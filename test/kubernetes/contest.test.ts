import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { refuseContested } from '../../src/canary/contest.js';
import { UserError } from '../../src/errors.js';
import { CANARIES, DEPLOYMENTS, SERVICES, type KubeObject, type ResourceType } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { createRouters, routerFor } from '../../src/routers/registry.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';
import { CONTAINERS } from './workload-cases.js';

// What is refused before anything moves: what somebody else has, what another Canary had first, and pods of others.

type Labels = Readonly<Record<string, string>>;

const deploymentOf = (name: string, labels: Labels) => ({
  metadata: { name },
  spec: {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: CONTAINERS } },
  },
});

async function open(t: TestContext, spec: object = {}, labels: Labels = { app: APP }): Promise<WorkloadBench> {
  const bench = await WorkloadBench.open(t, { ...spec });
  await bench.create(DEPLOYMENTS, deploymentOf(APP, labels));
  await bench.cache.synced(CANARIES);
  return bench;
}

async function look(bench: WorkloadBench): Promise<string> {
  const { cache, workloads, canary, object, workload } = bench;
  const routers = createRouters(cache, DEFAULT_SETTINGS);
  const fresh = await cache.getFresh(CANARIES, canary.namespace, canary.name);
  const workbench = { object: fresh ?? object, canary, workload, router: routerFor(routers, canary.provider) };
  try {
    await refuseContested({ settings: DEFAULT_SETTINGS, cache, routers, workloads }, workbench);
    return '';
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.message;
  }
}

async function create(bench: WorkloadBench, type: ResourceType, object: Parameters<WorkloadBench['create']>[1]) {
  const created = await bench.create(type, object);
  await bench.cache.getFresh(type, bench.namespace, created.metadata.name);
  return created;
}

describe('objects of a generated name', () => {
  const theirs: readonly [ResourceType, string, object][] = [
    [SERVICES, `${APP}-canary`, { ports: [{ port: 80 }], selector: { app: 'mine' } }],
    [SERVICES, `${APP}-primary`, { ports: [{ port: 80 }], selector: { app: 'mine' } }],
    [DEPLOYMENTS, `${APP}-primary`, deploymentOf('x', { app: 'mine' }).spec],
    [APISIX_ROUTES, `${APP}-${APP}-canary`, { http: [] }],
  ];
  test('are refused by name, with no word of others', async (t) => {
    const bench = await open(t);
    assert.equal(await look(bench), '');
    for (const [type, name, spec] of theirs) {
      await create(bench, type, { metadata: { name }, spec });
      assert.match(await look(bench), new RegExp(`^${type.kind} ${name}\\.\\S+ has not been made for this Canary`));
      await bench.remove(type, name);
      assert.equal(await look(bench), '', `${name} is gone`);
    }
  });

  test('the users’ own Service is taken over', async (t) => {
    const bench = await open(t);
    await create(bench, SERVICES, { metadata: { name: APP }, spec: { ports: [{ port: 80 }], selector: { app: APP } } });
    assert.equal(await look(bench), '');
  });
});

describe('two Canaries', () => {
  const target = (name: string) => ({ targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } });
  const route = (name: string) => ({ routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name } });
  const service = (name: string) => ({ service: { name, port: 80 } });
  const ingress = {
    provider: 'nginx',
    ingressRef: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' },
  };
  const gateway = (name: string) => ({
    provider: 'gatewayapi:v1',
    service: { name, port: 80, gatewayRefs: [{ name: 'gateway', namespace: 'default' }] },
  });
  const table: readonly [string, object, object, string | undefined][] = [
    ['with one target', {}, { ...target(APP), ...route('b'), ...service('b') }, `Deployment ${APP}`],
    ['with one service.name', {}, { ...target('b'), ...route('b'), ...service(APP) }, `Service ${APP}-canary`],
    [
      'one of which has the other’s primary for its target',
      {},
      { ...target(`${APP}-primary`), ...route('b'), ...service('b') },
      `Deployment ${APP}-primary`,
    ],
    ['on one Ingress', ingress, { ...target('b'), ...ingress }, 'Ingress web-canary'],
    ['on one ApisixRoute, with services of their own', {}, { ...target('b'), ...route(APP) }, undefined],
    ['on one Gateway, with services of their own', gateway(APP), { ...target('b'), ...gateway('b') }, undefined],
    ['with nothing in common', {}, { ...target('b'), ...route('b') }, undefined],
  ];
  for (const [name, ours, theirs, disputed] of table) {
    test(`${name}: ${disputed === undefined ? 'may' : 'the second is refused by name'}`, async (t) => {
      const bench = await open(t, ours);
      const other = await another(bench, theirs);
      await serves(bench, other);
      const message = await look(bench);
      if (disputed === undefined) return assert.equal(message, '');
      assert.ok(message.startsWith(`${disputed}.${bench.namespace} is Canary other's, which was there first`), message);
      // The one whose users are served by its primary goes on; the other is the one that is refused.
      await serves(bench, await bench.get(CANARIES, APP));
      await bench.client.delete(CANARIES, bench.namespace, 'other');
      await another(bench, theirs);
      assert.equal(await look(bench), '');
    });
  }

  async function another(bench: WorkloadBench, spec: object): Promise<KubeObject> {
    return create(bench, CANARIES, {
      metadata: { name: 'other' },
      spec: { ...(bench.object['spec'] as object), service: { port: 80 }, ...spec },
    });
  }

  async function serves(bench: WorkloadBench, canary: KubeObject): Promise<void> {
    const status = { phase: 'Initialized', canaryWeight: 0, failedChecks: 0, iterations: 0, lastPromotedSpec: 'x' };
    await bench.client.replace(CANARIES, { ...canary, status }, 'status');
    await bench.cache.getFresh(CANARIES, bench.namespace, canary.metadata.name);
  }
});

describe('pods of others', () => {
  const chart = (instance: string) => ({ 'app.kubernetes.io/name': 'api', 'app.kubernetes.io/instance': instance });

  test('two releases of one chart are kept apart', async (t) => {
    const bench = await open(t, {}, chart('red'));
    await create(bench, DEPLOYMENTS, deploymentOf('blue-api', chart('blue')));
    assert.equal(await look(bench), '');
  });

  test('a workload whose pods a generated selector would find is refused by name', async (t) => {
    const bench = await open(t, {}, { app: APP });
    for (const [name, labels, whose] of [
      ['worker', { app: APP, part: 'worker' }, 'the canary'],
      ['cache', { app: `${APP}-primary` }, 'the primary'],
    ] as const) {
      await create(bench, DEPLOYMENTS, deploymentOf(name, labels));
      const message = await look(bench);
      assert.ok(message.startsWith(`Deployment ${name}.${bench.namespace} has pods with the labels app=`), message);
      assert.ok(message.includes(`by which ${whose} of ${APP} is found`), message);
      await bench.remove(DEPLOYMENTS, name);
    }
    await bench.workload.build(bench.canary, bench.fence());
    assert.equal(await look(bench), '', 'its own primary is no stranger');
  });
});
