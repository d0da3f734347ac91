import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { check, type CheckOptions } from '../../src/check/check.js';
import type { Finding } from '../../src/check/finding.js';
import { Manifests } from '../../src/check/manifest.js';
import type { KubeClient } from '../../src/kube/client.js';
import {
  CANARIES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  SERVICES,
  type KubeObject,
  type ResourceType,
} from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { openCluster } from '../harness/kubernetes/cluster.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { refuse } from '../harness/kubernetes/admission.js';
import { until } from '../harness/until.js';

// What a release would write, checked by the real API server before there is any.

const EVERYTHING = [
  CANARIES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  SERVICES,
  APISIX_ROUTES,
];

const settings = { ...DEFAULT_SETTINGS, meshProvider: 'apisix' };

/** A namespace, and the files of an application with everything that a release copies. */
async function open(t: TestContext) {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
  const meta = { name: APP, namespace };
  const files = [
    withConfigs(appDeployment(app)),
    appRoute(app),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta, data: { COLOUR: 'blue' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: meta, type: 'Opaque', data: { TOKEN: 'b25l' } },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: meta,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP },
        minReplicas: 1,
        maxReplicas: 2,
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: meta,
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: APP } } },
    },
    appCanary(app, {
      autoscalerRef: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: APP },
    }),
  ];
  const versions = async (): Promise<readonly string[]> => {
    const lists = await Promise.all(EVERYTHING.map((type) => client.list(type, { namespace })));
    return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`));
  };
  return { client, namespace, files, versions };
}

function withConfigs(deployment: KubeObject): KubeObject {
  const copy = structuredClone(deployment) as KubeObject & {
    spec: { template: { spec: { containers: Record<string, unknown>[] } } };
  };
  const [container] = copy.spec.template.spec.containers;
  if (container) container['envFrom'] = [{ configMapRef: { name: APP } }, { secretRef: { name: APP } }];
  return copy;
}

const RULES = ['write-refused', 'release-refused', 'not-rehearsed'];

async function found(
  client: KubeClient,
  files: readonly object[],
  options: Partial<CheckOptions> = {},
): Promise<readonly Finding[]> {
  const text = files.map((object) => `---\n${stringify(object)}`).join('');
  const understudy = { client: client.rehearsing() };
  const [report] = await check(Manifests.read(text, 'file'), { settings, cluster: client, understudy, ...options });
  return (report?.findings ?? assert.fail()).filter(({ rule }) => RULES.includes(rule));
}

const inShort = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ rule, object, field }) => [rule, object, field].join(' ').trim());

test('a file that isn’t applied yet is rehearsed as a whole, and nothing is stored', async (t) => {
  const { client, files, versions } = await open(t);
  const before = await versions();
  assert.deepEqual(await found(client, files), []);
  assert.deepEqual(await versions(), before);
});

test('every write that a policy refuses is named, not the first alone', async (t) => {
  const { client, namespace, files, versions } = await open(t);
  const kinds: readonly (readonly [string, string, string])[] = [
    ['', 'services', `Service/${APP}-canary`],
    ['', 'configmaps', `ConfigMap/${APP}-primary`],
    ['', 'secrets', `Secret/${APP}-primary`],
    ['apps', 'deployments', `Deployment/${APP}-primary`],
    ['autoscaling', 'horizontalpodautoscalers', `HorizontalPodAutoscaler/${APP}-primary`],
    ['policy', 'poddisruptionbudgets', `PodDisruptionBudget/${APP}-primary`],
    ['apisix.apache.org', 'apisixroutes', `ApisixRoute/${APP}-${APP}-canary`],
  ];
  const expression = `!object.metadata.name.endsWith('-primary') && !object.metadata.name.endsWith('-canary')`;
  const rules = kinds.map(([group, plural]) => ({ group, plural }));
  await refuse(t, client, namespace, { name: 'copies', rules, expression });
  let findings: readonly Finding[] = [];
  const names = (): readonly string[] => inShort(findings);
  const all = kinds.map(([, , object]) => `write-refused ${object}`);
  // It takes the API server a while to go by a new policy, for each kind.
  await until(
    async () => {
      findings = await found(client, files);
      return all.every((one) => names().includes(one));
    },
    'the policy holds for every kind',
    30_000,
  );
  assert.deepEqual([...names()].sort(), [...all, `write-refused Service/${APP}-primary`].sort());
  for (const { severity, message } of findings) {
    assert.equal(severity, 'error');
    assert.match(message, /not in this house/);
  }
  assert.ok(!(await versions()).some((one) => /-(primary|canary)/.test(one)));
});

test('a name that is too long once a release has made more of it', async (t) => {
  const { client, files } = await open(t);
  const long = 'x'.repeat(250);
  const renamed = files.map((file) => {
    const text = JSON.stringify(file).replaceAll(
      `"configMapRef":{"name":"${APP}"}`,
      `"configMapRef":{"name":"${long}"}`,
    );
    const object = JSON.parse(text) as KubeObject;
    return object.kind === 'ConfigMap' ? { ...object, metadata: { ...object.metadata, name: long } } : object;
  });
  const findings = await found(client, renamed);
  const [refusal] = findings.filter(({ object }) => object === `ConfigMap/${long}-primary`);
  assert.equal(refusal?.field, 'metadata.name', JSON.stringify(findings));
  assert.match(refusal?.message ?? '', /no more than 253/);
});

test('what can’t change is named where a release changes it, and kept where it doesn’t', async (t) => {
  const { client, namespace, files } = await open(t);
  const canary = await client.create(CANARIES, files.at(-1) as KubeObject);
  const { apiVersion, kind, metadata } = canary;
  const ownerReferences = [{ apiVersion, kind, name: APP, uid: metadata.uid ?? '', controller: true }];
  const ours = { name: `${APP}-primary`, namespace, ownerReferences };
  await client.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: ours,
    type: 'kubernetes.io/basic-auth',
    stringData: { username: 'a', password: 'b' },
  });
  const labels = { app: `${APP}-primary`, track: 'former' };
  const { spec } = files[0] as KubeObject & { spec: { template: { spec: object } } };
  await client.create(DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ours,
    spec: { ...spec, selector: { matchLabels: labels }, template: { ...spec.template, metadata: { labels } } },
  });
  const findings = await found(client, files);
  assert.deepEqual(inShort(findings), [`write-refused Secret/${APP}-primary type`]);
  assert.match(findings[0]?.message ?? '', /immutable/);
});

test('what nobody can rehearse is said, and is no error', async (t) => {
  const { client, namespace, files } = await open(t);

  await t.test('rights that are missing', async () => {
    const refusal = ({ verb, type }: { readonly verb: string; readonly type: ResourceType }) =>
      Promise.resolve(`alice may not ${verb} ${type.plural}`);
    const findings = await found(client, files, { understudy: { client: client.rehearsing(), refusal } });
    assert.deepEqual([...new Set(inShort(findings))], [`not-rehearsed Canary/${APP} spec`]);
    assert.match(findings[0]?.message ?? '', /alice may not create services$/);
  });

  await t.test('a namespace that isn’t there yet', async () => {
    const text = JSON.stringify(files).replaceAll(namespace, `${namespace}-later`);
    const findings = await found(client, JSON.parse(text) as object[]);
    assert.deepEqual([...new Set(inShort(findings))], [`not-rehearsed Canary/${APP} spec`]);
  });

  await t.test('an object of the file that has no shape', async () => {
    const odd = {
      ...(files[0] as KubeObject),
      spec: { selector: { matchLabels: { app: APP } }, template: { spec: 5 } },
    };
    assert.notEqual((await found(client, [odd, ...files.slice(1)])).length, 0);
  });
});

test('what keeps a release from starting', async (t) => {
  const { client, files } = await open(t);
  const text = JSON.stringify(files[0]).replaceAll(`"app":"${APP}"`, `"track":"${APP}"`);
  const findings = await found(client, [JSON.parse(text) as object, ...files.slice(1)]);
  assert.deepEqual(inShort(findings), [`release-refused Canary/${APP} spec`]);
  assert.match(findings[0]?.message ?? '', /spec\.selector\.matchLabels must contain one of \[app name/);
});
