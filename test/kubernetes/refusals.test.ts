import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DryRuns } from '../../src/canary/rehearse.js';
import type { CanaryContext } from '../../src/canary/read.js';
import { parseCanary } from '../../src/crds/canary.js';
import { RefusedError } from '../../src/errors.js';
import { recordEvent } from '../../src/kubernetes/events.js';
import { Leases } from '../../src/kubernetes/lease.js';
import {
  CANARIES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  DEPLOYMENTS,
  SERVICES,
  type KubeObject,
  type ResourceType,
} from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { ownedBy } from '../../src/kubernetes/objects/metadata.js';
import { refusalIn } from '../../src/kube/refusals.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { write } from '../../src/kubernetes/write.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { refuse } from '../harness/kubernetes/admission.js';
import { until } from '../harness/until.js';
import { configMap, openCluster } from '../harness/kubernetes/cluster.js';
import { WorkloadBench } from '../harness/kubernetes/workload-bench.js';

const QUOTAS: ResourceType = { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas' };

async function refusalBy(work: () => Promise<unknown>): Promise<RefusedError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
}

test('what the API server refuses names object, field and reason', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  const put = (type: ResourceType, object: KubeObject) =>
    write(cache, type, { namespace, name: object.metadata.name }, () => object, { fence: undefined });
  const service = (name: string, spec: object = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: 'x' }, ports: [{ port: 80 }], ...spec },
  });

  await t.test('a name that is too long', async () => {
    const refusal = await refusalBy(() => put(SERVICES, service('x'.repeat(64))));
    assert.match(refusal?.message ?? '', /^Service\/x{64} is refused: metadata\.name: .*no more than 63/);
    assert.equal(refusal?.status, 422);
  });

  await t.test('a field that can’t change', async () => {
    await put(SERVICES, service('fixed', { clusterIP: 'None' }));
    const refusal = await refusalBy(() => put(SERVICES, service('fixed', { clusterIP: '10.96.12.34' })));
    assert.match(refusal?.message ?? '', /^Service\/fixed is refused: spec\.clusterIPs?(\[0\])?: /);
  });

  await t.test('an immutable Secret type', async () => {
    const secret = (type: string): KubeObject => ({
      ...configMap(namespace, 'token', {}),
      kind: 'Secret',
      type,
      stringData: { username: 'a', password: 'b' },
    });
    const SECRETS: ResourceType = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' };
    await put(SECRETS, secret('Opaque'));
    const refusal = await refusalBy(() =>
      write(cache, SECRETS, { namespace, name: 'token' }, () => secret('kubernetes.io/basic-auth'), {
        fence: undefined,
        touch: true,
      }),
    );
    assert.match(refusal?.message ?? '', /^Secret\/token is refused: type: .*immutable/);
  });

  await t.test('a quota', async () => {
    const spec = { hard: { 'count/configmaps': '1' } };
    const made = await client.create(QUOTAS, { ...configMap(namespace, 'few', {}), kind: QUOTAS.kind, spec });
    // Who counts what there is isn't part of the API server: the quota is used up because we say so.
    await client.replace(QUOTAS, { ...made, status: { ...spec, used: { 'count/configmaps': '1' } } }, 'status');
    const refusal = await refusalBy(() => put(CONFIG_MAPS, configMap(namespace, 'more', {})));
    assert.match(refusal?.message ?? '', /^ConfigMap\/more is refused: .*exceeded quota: few/);
    assert.equal(refusal?.status, 403);
  });

  await t.test('an admission policy', async () => {
    await refuse(t, client, namespace, {
      name: 'services',
      rules: [{ group: '', plural: 'services' }],
      expression: "!object.metadata.name.startsWith('bad')",
    });
    const tries = async (): Promise<boolean> => {
      const refusal = await refusalBy(() =>
        client
          .rehearsing()
          .create(SERVICES, service('bad'))
          .then(() => undefined, raise),
      );
      return refusal !== undefined;
    };
    await until(tries, 'the policy holds', 30_000);
    const refusal = await refusalBy(() => put(SERVICES, service('bad')));
    assert.match(refusal?.message ?? '', /^Service\/bad is refused: .*not in this house/);
    assert.equal(await client.get(SERVICES, namespace, 'bad'), undefined);
  });
});

/** As activities tell the answer. */
function raise(error: unknown): never {
  throw refusalIn(error);
}

test('a Canary whose name is as long as a name can be has a Lease and Events', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  const name = `c${'x'.repeat(251)}y`;
  const canary = await client.create(CANARIES, {
    ...appCanary({ namespace, host: 'a.example.com', image: 'lab/http-echo:1' }),
    metadata: { name, namespace },
  });
  const owner = ownedBy({
    apiVersion: canary.apiVersion,
    kind: canary.kind,
    name,
    uid: canary.metadata.uid ?? '',
  });
  const leases = new Leases(cache);
  await leases.take({ namespace, name, owner }, 'run', { kind: 'seconds', seconds: 60 });
  assert.equal((await leases.fresh(namespace, name))?.canary, name);
  await recordEvent(client, canary, { type: 'Normal', message: 'heard', at: Date.now(), index: 0 });
});

test('a rehearsal says what a release would be refused, and stores nothing', async (t) => {
  const bench = await WorkloadBench.open(t, {
    targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP },
    routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name: APP },
  });
  const { client, namespace, canary, cache, workload } = bench;
  const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
  await client.create(DEPLOYMENTS, appDeployment(app));
  await client.create(APISIX_ROUTES, appRoute(app));
  const settings = { ...DEFAULT_SETTINGS, namespace };
  await cache.getFresh(DEPLOYMENTS, namespace, APP);
  await cache.getFresh(APISIX_ROUTES, namespace, APP);
  await workload.build(canary, bench.fence());
  const patch = { spec: { template: { spec: { containers: [{ name: 'web', image: 'lab/http-echo:2' }] } } } };
  await client.patch(DEPLOYMENTS, 'strategic', namespace, APP, patch);
  await cache.getFresh(DEPLOYMENTS, namespace, APP);
  const { revision } = await workload.look(canary);
  const rehearse = () => new DryRuns(cache, settings).refusal(workbench(bench), revision, { epoch: 1, seq: 100 });
  const versions = async (): Promise<readonly string[]> => {
    const types = [DEPLOYMENTS, SERVICES, CONFIG_MAPS, CONTROLLER_REVISIONS, APISIX_ROUTES];
    const lists = await Promise.all(types.map((type) => client.list(type, { namespace })));
    return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.name}/${metadata.generation ?? 0}`));
  };

  const before = await versions();
  assert.equal(await rehearse(), undefined);
  assert.deepEqual(await versions(), before);

  const allow = await refuse(t, client, namespace, {
    name: 'deployments',
    rules: [
      { group: 'apps', plural: 'deployments' },
      { group: 'apisix.apache.org', plural: 'apisixroutes' },
    ],
    expression: `object.kind == 'ApisixRoute' ? !object.metadata.name.endsWith('-canary') : !object.metadata.name.endsWith('-primary') || object.spec.template.spec.containers.all(c, c.image != 'lab/http-echo:2')`,
  });
  let refusal: string | undefined;
  const wanted = [`ApisixRoute/${APP}-${APP}-canary`, `Deployment/${APP}-primary`];
  const isRefused = (object: string): boolean => refusal?.includes(`${object} is refused: `) === true;
  await until(
    async () => {
      refusal = await rehearse();
      return wanted.every(isRefused);
    },
    'the policy holds, and all that it refuses is named',
    30_000,
  );
  assert.match(refusal ?? '', /not in this house.*; .*not in this house/);
  assert.deepEqual(await versions(), before);
  const runs = new DryRuns(cache, settings);
  await allow();
  await until(
    async () => (await runs.refusal(workbench(bench), revision, { epoch: 1, seq: 100 })) === undefined,
    'the policy is gone',
    30_000,
  );
});

function workbench(bench: WorkloadBench): CanaryContext {
  const parsed = parseCanary(bench.object, {
    defaultProvider: 'apisix',
    defaultMetricsServer: 'http://prometheus:9090',
  });
  assert.ok(parsed.ok);
  return { ...bench.bench, canary: parsed.value };
}
