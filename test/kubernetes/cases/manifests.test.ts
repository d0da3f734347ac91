import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { parseManifest, placeOf } from '../../../lab/kube/apply.js';
import { parsedCanary } from '../../../src/canary/read.js';
import { policyOfCanary } from '../../../src/crds/policy.js';
import {
  CANARIES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  SCALED_OBJECTS,
  SECRETS,
  SERVICES,
  type KubeObject,
  type ResourceType,
} from '../../../src/kube/object.js';
import { KubeError } from '../../../src/kube/kube-error.js';
import { CASES, manifestText } from '../../cases/cases.js';
import { openCluster } from '../../harness/kubernetes/cluster.js';
import { allowNoPods } from '../../harness/kubernetes/no-pods.js';
import { dependencies } from '../repair/dependencies.js';
import { Rig } from '../repair/rig.js';

// The manifests of `test/cases`, applied to the real API server, and what a run makes of them by its real activities.

type Fields = Readonly<Record<string, unknown>>;
const HTTP_ROUTES = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', plural: 'httproutes' };
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A manifest in a namespace of its own, with nobody who runs its pods. */
class Applied {
  private constructor(
    readonly namespace: string,
    private readonly deps: ReturnType<typeof dependencies>,
    private readonly canaries: readonly string[],
  ) {}

  static async open(t: TestContext, name: string): Promise<Applied> {
    const cluster = await openCluster();
    t.after(() => cluster.close());
    const { client, namespace } = cluster;
    await allowNoPods(client, namespace);
    const deps = dependencies(client, namespace);
    t.after(() => deps.stop());
    const objects = parseManifest(manifestText(name, namespace));
    for (const written of objects) {
      const { type, object } = await placeOf(client, written);
      const annotations = { ...object.metadata.annotations, [LAST_APPLIED]: JSON.stringify(written) };
      await client.create(type, { ...object, metadata: { ...object.metadata, annotations } });
    }
    const canaries = objects.flatMap(({ kind, metadata }) => (kind === 'Canary' ? [metadata.name] : []));
    return new Applied(namespace, deps, canaries);
  }

  /** Runs of all Canaries, each of which has brought its own to rest. */
  async atRest(): Promise<readonly Rig[]> {
    const rigs: Rig[] = [];
    for (const name of this.canaries) rigs.push(await Rig.of(this.deps, this.namespace, name, 'at rest'));
    return rigs;
  }

  async onlyRig(): Promise<Rig> {
    const [rig] = await this.atRest();
    return rig ?? assert.fail('there is no Canary');
  }

  /** A run that finds the Canary as it was applied. */
  async begun(): Promise<Rig> {
    return Rig.begun(this.deps, this.namespace, this.canaries[0] ?? '', 'at rest');
  }

  async find(type: ResourceType, name: string): Promise<KubeObject | undefined> {
    return this.deps.cache.client.get(type, this.namespace, name);
  }

  async get(type: ResourceType, name: string): Promise<KubeObject> {
    return (await this.find(type, name)) ?? assert.fail(`there is no ${type.kind} ${name}`);
  }

  async spec<T>(type: ResourceType, name: string): Promise<T> {
    return (await this.get(type, name))['spec'] as T;
  }

  async list(type: ResourceType): Promise<readonly KubeObject[]> {
    return (await this.deps.cache.client.list(type, { namespace: this.namespace })).items;
  }

  async patch(type: ResourceType, name: string, body: Fields): Promise<void> {
    await this.deps.cache.client.patch(type, 'merge', this.namespace, name, body);
    await this.deps.cache.getFresh(type, this.namespace, name);
  }

  async remove(type: ResourceType, name: string): Promise<void> {
    await this.deps.cache.client.delete(type, this.namespace, name);
    await this.deps.cache.getFresh(type, this.namespace, name);
  }

  /** What the release will say of fields that nobody uses. */
  async notices(name: string): Promise<readonly string[]> {
    const parsed = parsedCanary(this.deps, await this.get(CANARIES, name));
    return parsed.ok ? policyOfCanary(parsed.value).notices : assert.fail(JSON.stringify(parsed));
  }
}

const OUTCOMES: Readonly<Record<string, (t: TestContext, name: string) => Promise<void>>> = {
  'analysis-of-2019': async (t, name) => {
    await assert.rejects(Applied.open(t, name), (error) => {
      assert.ok(error instanceof KubeError, String(error));
      return /spec\.analysis: Required value/.test(error.message);
    });
  },

  'autoscaler-left-behind': async (t, name) => {
    const world = await Applied.open(t, name);
    const rig = await world.onlyRig();
    const refer = async (autoscalerRef: Fields | null): Promise<readonly string[]> => {
      await world.patch(CANARIES, 'web', { spec: { autoscalerRef } });
      await rig.settle();
      const found = await Promise.all(
        [HORIZONTAL_POD_AUTOSCALERS, SCALED_OBJECTS].map((type) => world.find(type, 'web-primary')),
      );
      return found.flatMap((object) => (object ? [object.kind] : []));
    };
    const primaryScalerReplicas = { minReplicas: 3, maxReplicas: 9 };
    assert.deepEqual(await refer({ primaryScalerReplicas }), ['HorizontalPodAutoscaler']);
    const { minReplicas, maxReplicas } = await world.spec<Fields>(HORIZONTAL_POD_AUTOSCALERS, 'web-primary');
    assert.deepEqual({ minReplicas, maxReplicas }, primaryScalerReplicas);
    assert.deepEqual(await refer({ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' }), ['ScaledObject']);
    assert.deepEqual(await refer(null), []);
  },

  'config-copy-deleted': async (t, name) => {
    const world = await Applied.open(t, name);
    const rig = await world.onlyRig();
    assert.deepEqual((await world.get(CONFIG_MAPS, 'settings-primary'))['data'], { color: 'blue' });
    await world.remove(CONFIG_MAPS, 'settings-primary');
    await rig.settle();
    const again = await world.get(CONFIG_MAPS, 'settings-primary');
    assert.deepEqual(again['data'], { color: 'blue' });
  },

  'cors-at-a-gateway': async (t, name) => {
    const world = await Applied.open(t, name);
    await world.onlyRig();
    const { rules } = await world.spec<{ rules: { filters?: { type: string; cors?: Fields }[] }[] }>(
      HTTP_ROUTES,
      'corso',
    );
    const cors = rules.map(({ filters = [] }) => filters.find(({ type }) => type === 'CORS')?.cors);
    assert.deepEqual(cors, [{ allowOrigins: ['https://a.example.com'], allowMethods: ['GET'], maxAge: 86_400 }]);
    assert.deepEqual(await world.notices('corso'), []);
  },

  'generated-names-taken': async (t, name) => {
    const world = await Applied.open(t, name);
    const rig = await world.begun();
    const theirs = [
      [SERVICES, 'cart-canary'],
      [CONFIG_MAPS, 'settings-primary'],
      [SECRETS, 'db-primary'],
    ] as const;
    const versions = async (): Promise<readonly (string | undefined)[]> =>
      Promise.all(theirs.map(async ([type, one]) => (await world.find(type, one))?.metadata.resourceVersion));
    const before = await versions();
    const refused = new Set<string>();
    for (let left: readonly (readonly [ResourceType, string])[] = theirs; left.length > 0;) {
      await rig.settle();
      const { reason, message = '' } = await rig.condition();
      assert.equal(reason, 'Refused');
      const first = left.find(([type, one]) =>
        message.startsWith(`${type.kind} ${one}.${world.namespace} has not been made`),
      );
      assert.ok(first, message);
      assert.deepEqual(
        await versions(),
        before.map((version, i) => (refused.has(theirs[i]?.[1] ?? '') ? undefined : version)),
      );
      assert.equal(await world.find(DEPLOYMENTS, 'cart-primary'), undefined, 'nothing has moved');
      await world.remove(...first);
      refused.add(first[1]);
      left = left.filter((one) => one !== first);
    }
    await rig.settle();
    assert.ok(await world.find(DEPLOYMENTS, 'cart-primary'), 'it goes on when they are gone');
  },

  'keda-envoy-name': async (t, name) => {
    const world = await Applied.open(t, name);
    await world.onlyRig();
    assert.deepEqual(await queries(world, 'kart-primary'), [
      `sum(rate(envoy_cluster_upstream_rq{envoy_cluster_name="${world.namespace}_kart-primary_80"}[30s]))`,
    ]);
  },

  'keda-paused': async (t, name) => {
    const world = await Applied.open(t, name);
    await world.onlyRig();
    const { annotations = {} } = (await world.get(SCALED_OBJECTS, 'batch-primary')).metadata;
    assert.deepEqual(
      Object.keys(annotations).filter((key) => key.includes('keda.sh')),
      [],
    );
    assert.equal(annotations['team'], 'red');
    assert.equal(
      (await world.get(SCALED_OBJECTS, 'batch')).metadata.annotations?.['autoscaling.keda.sh/paused'],
      'true',
    );
  },

  'keda-trigger-named-in-metadata': async (t, name) => {
    const world = await Applied.open(t, name);
    const rig = await world.onlyRig();
    const notices = rig.state.policy?.notices ?? [];
    const about = notices.filter((notice) => notice.includes('primaryScalerQueries.prom-trigger'));
    assert.equal(about.length, 1, notices.join('\n'));
  },

  'own-service-with-more-ports': async (t, name) => {
    const world = await Applied.open(t, name);
    type Ports = { ports: readonly Fields[]; selector: Fields; type: string };
    const before = await world.spec<Ports>(SERVICES, 'web');
    const rig = await world.onlyRig();
    const taken = await world.spec<Ports>(SERVICES, 'web');
    assert.deepEqual([taken.ports, taken.type], [before.ports, 'NodePort']);
    assert.deepEqual(taken.selector, { app: 'web-primary' });
    const decision = await rig.settle();
    assert.ok(decision.do === 'apply', decision.do);
    assert.equal(decision.next.ending?.kind, 'reconciled', 'nobody puts anything right for ever');
  },

  'primary-leftovers': async (t, name) => {
    const world = await Applied.open(t, name);
    await world.onlyRig();
    const { template } = await world.spec<{ template: { spec: Fields } }>(DEPLOYMENTS, 'master-api-primary');
    const { affinity, topologySpreadConstraints } = template.spec;
    const text = JSON.stringify([affinity, topologySpreadConstraints]);
    assert.equal(text.match(/"mc-primary"/g)?.length, 2, text);
    assert.doesNotMatch(text, /"mc"/);
  },

  'pruned-fields': async (t, name) => {
    const world = await Applied.open(t, name);
    const { spec } = await world.get(CANARIES, 'shop');
    assert.ok(!('steps' in (spec as object)), 'the API server has dropped it');
    const notices = await world.notices('shop');
    for (const line of CASES[name]?.check ?? []) {
      const field = line.split(' ').at(-1) ?? '';
      assert.ok(
        notices.some((notice) => notice.startsWith(`${field} is no field`)),
        `${field}\n${notices.join('\n')}`,
      );
    }
  },

  'releases-of-one-chart': async (t, name) => {
    const world = await Applied.open(t, name);
    await world.atRest();
    const workloads = (await world.list(DEPLOYMENTS)).map((one) => ({
      name: one.metadata.name,
      labels: (one['spec'] as { template: { metadata: { labels: Fields } } }).template.metadata.labels,
    }));
    const services = await world.list(SERVICES);
    assert.deepEqual([workloads.length, services.length], [4, 6]);
    for (const service of services) {
      const { selector } = service['spec'] as { selector: Fields };
      const found = workloads.filter(({ labels }) =>
        Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      const target = service.metadata.name.replace(/-(primary|canary)$/, '');
      const wanted = service.metadata.name.endsWith('-canary') ? target : `${target}-primary`;
      assert.deepEqual(
        found.map((one) => one.name),
        [wanted],
        service.metadata.name,
      );
    }
  },

  'shared-config': async (t, name) => {
    const world = await Applied.open(t, name);
    await world.atRest();
    const copies = (await world.list(CONFIG_MAPS)).filter(({ metadata }) => metadata.name.startsWith('shared-primary'));
    const owners = copies.flatMap(({ metadata }) => (metadata.ownerReferences ?? []).map((owner) => owner.name));
    assert.deepEqual([...owners].sort(), ['one', 'two']);
    for (const copy of copies) {
      assert.deepEqual(copy['data'], { color: 'blue' });
      const reader = `${copy.metadata.ownerReferences?.[0]?.name ?? ''}-primary`;
      const text = JSON.stringify(await world.spec(DEPLOYMENTS, reader));
      assert.ok(text.includes(`"name":"${copy.metadata.name}"`), `${reader} doesn't read ${copy.metadata.name}`);
    }
  },
};

async function queries(world: Applied, name: string): Promise<readonly (string | undefined)[]> {
  const { triggers } = await world.spec<{ triggers: { metadata: { query?: string } }[] }>(SCALED_OBJECTS, name);
  return triggers.map(({ metadata }) => metadata.query);
}

describe('a manifest that has made a release go wrong, applied', () => {
  test('each has its outcome here', () => assert.deepEqual(Object.keys(OUTCOMES), Object.keys(CASES)));

  for (const [name, outcome] of Object.entries(OUTCOMES)) {
    test(`${name}: ${CASES[name]?.shows ?? ''}`, (t) => outcome(t, name));
  }
});
