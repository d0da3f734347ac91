import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { GRANTS } from '../../scripts/rbac/rules.js';
import { refuseContested } from '../../src/canary/contest.js';
import { buildPrimary, reconcileAll } from '../../src/canary/generated.js';
import { canaryContext, readCanary } from '../../src/canary/read.js';
import { readSecret } from '../../src/canary/secrets.js';
import { driftOf } from '../../src/canary/survey.js';
import { ALL_TO_PRIMARY, canaryAt } from '../../src/domain/weights.js';
import type { KubeClient } from '../../src/kube/client.js';
import { clusterClient } from '../../src/kube/connect.js';
import { CANARIES, CONFIG_MAPS, DEPLOYMENTS, SECRETS, type KubeObject } from '../../src/kube/object.js';
import { wireReading } from '../../src/processes/wiring.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { account } from '../harness/api/accounts.js';
import { claim } from '../harness/claim.js';
import { openCluster } from '../harness/kubernetes/cluster.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';

// The chart's rbac.secrets=named: no right to Secrets and ConfigMaps but `get` of Secrets where that is granted.

/** What the worker may do then, with `get` on Secrets of the namespace. */
const RULES = [
  ...GRANTS.filter(
    ({ resource, clusterScoped }) => !clusterScoped && !['configmaps', 'secrets'].includes(resource),
  ).map(({ group, resource, verbs }) => ({ apiGroups: [group], resources: [resource], verbs: verbs.worker ?? [] })),
  { apiGroups: [''], resources: ['secrets'], verbs: ['get'] as const },
].filter(({ verbs }) => verbs.length > 0);

/** A client that is this account and nobody else. */
function clientAs(t: TestContext, server: string, token: string): KubeClient {
  const folder = mkdtempSync(join(tmpdir(), 'serinus-named-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const kubeconfig = join(folder, 'config');
  const cluster = { name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } };
  const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
  const whole = {
    'current-context': 'c',
    clusters: [cluster],
    contexts: [context],
    users: [{ name: 'u', user: { token } }],
  };
  writeFileSync(kubeconfig, stringify({ apiVersion: 'v1', kind: 'Config', ...whole }), { mode: 0o600 });
  return clusterClient({ kubeconfig, userAgent: 'serinus-named' });
}

function withConfigs(deployment: KubeObject): KubeObject {
  const copy = structuredClone(deployment) as KubeObject & {
    spec: { template: { spec: { containers: Record<string, unknown>[] } } };
  };
  const [container] = copy.spec.template.spec.containers;
  if (container) container['envFrom'] = [{ configMapRef: { name: APP } }, { secretRef: { name: APP } }];
  return copy;
}

test('a release by the rights that are left', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
  await client.create(DEPLOYMENTS, withConfigs(appDeployment(app)));
  await client.create(APISIX_ROUTES, appRoute(app));
  await client.create(CANARIES, appCanary(app));
  const stringData = { token: 'hunter2' };
  await client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace }, stringData });
  await account(client, namespace, 'worker', RULES);
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/worker/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { status } = await client.request<{ status: { token: string } }>('POST', path, body);
  const kube = clientAs(t, client.server, status.token);
  const settings = { ...DEFAULT_SETTINGS, namespace, meshProvider: 'apisix', configTracking: false };
  const reading = wireReading(kube, settings, () => undefined);
  t.after(() => reading.cache.stop());

  const view = (await readCanary(reading, { cluster: 'c', namespace, name: APP })) ?? assert.fail();
  const context = canaryContext(reading, view);
  const { canary, router, workload } = context;
  const { cache } = reading;
  await refuseContested(reading, context);
  await buildPrimary(cache, context, claim(1, 1));
  await reconcileAll(cache, context, ALL_TO_PRIMARY, claim(1, 2));
  assert.deepEqual(await driftOf(cache, context, await workload.look(canary)), []);

  const containers = [{ name: 'web', image: 'lab/http-echo:2' }];
  await client.patch(DEPLOYMENTS, 'strategic', namespace, APP, { spec: { template: { spec: { containers } } } });
  await workload.refresh(canary);
  const { revision, sameAsPrimary } = await workload.look(canary);
  assert.equal(sameAsPrimary, false);
  assert.deepEqual(revision.configs, {});
  await workload.scaleUp(canary, claim(1, 3));
  await router.setWeights(canary, canaryAt(10), claim(1, 4));
  assert.ok(await workload.promote(canary, revision, claim(1, 5)));
  const imageOf = async (): Promise<string | undefined> =>
    /"image":"([^"]+)"/.exec(JSON.stringify(await client.get(DEPLOYMENTS, namespace, `${APP}-primary`)))?.[1];
  assert.equal(await imageOf(), 'lab/http-echo:2');
  await workload.restore(canary, claim(1, 6));
  assert.equal(await imageOf(), 'lab/http-echo:1');
  await workload.scaleDown(canary, claim(1, 7));

  const primary = await client.get(DEPLOYMENTS, namespace, `${APP}-primary`);
  assert.match(
    JSON.stringify(primary?.['spec']),
    new RegExp(`"secretRef":\\{"name":"${APP}"\\}`),
    'it shares the target’s',
  );
  for (const type of [SECRETS, CONFIG_MAPS]) assert.equal(cache.watches(type), false, `${type.plural} are not watched`);
  assert.deepEqual(await readSecret(cache, namespace, 'key'), { token: 'hunter2' }, 'a template’s is read by its name');
  await assert.rejects(kube.list(SECRETS, { namespace }), /cannot list resource "secrets"/);
});
