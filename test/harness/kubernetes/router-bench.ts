import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parseCanary, type Canary } from '../../../src/crds/canary.js';
import { ClusterCache } from '../../../src/kube/cache.js';
import { counting } from './counting.js';
import type { KubeClient } from '../../../src/kube/client.js';
import type { Fence } from '../../../src/domain/decision/fence.js';
import { formatFence } from '../../../src/domain/decision/fence.js';
import {
  CANARIES,
  titleOf,
  type KubeObject,
  type OwnerReference,
  type ResourceType,
} from '../../../src/kube/object.js';
import { pathOf } from '../../../src/kube/path.js';
import { FENCE_ANNOTATION } from '../../../src/kubernetes/write.js';
import type { Router } from '../../../src/routers/port.js';
import { createRouters, routerFor } from '../../../src/routers/registry.js';
import { DEFAULT_SETTINGS } from '../../../src/settings.js';
import { everything } from '../../crds/fixtures.js';
import { change } from './change.js';
import { openCluster } from './cluster.js';
import type { CanaryPart, Generated, RouterCase } from '../../kubernetes/router-contract.js';

/** A router at work: a namespace of its own, a Canary and the users' objects in it. */
export interface RouterBench {
  readonly router: Router;
  readonly canary: Canary;
  readonly namespace: string;
  /** Doesn't count as the router's. */
  readonly client: KubeClient;
  /** How often the router has written so far. */
  readonly writes: number;
  nextSeq(): number;
  /** The generated objects as the API server has them, by kind and name. */
  stored(): Promise<readonly KubeObject[]>;
  /** Replaces each generated object by what comes back; returns the `Kind/name` of those that are different now. */
  edit(change: (object: KubeObject) => KubeObject): Promise<readonly string[]>;
  create(object: KubeObject): Promise<KubeObject>;
  /** An owner reference to another Canary of the namespace, which is there. */
  anotherCanary(): Promise<OwnerReference>;
  /** Asserts that there are these objects and no others, with nothing in them that isn't expected. */
  expectExactly(expected: readonly Generated[], fence?: Fence): Promise<void>;
  expectUsersUntouched(): Promise<void>;
  /** Deletes the users' objects. */
  removeUsers(): Promise<void>;
}

/** @param part what this test's Canary asks for beyond the case's */
export async function openRouterBench(t: TestContext, provider: RouterCase, part: CanaryPart): Promise<RouterBench> {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  const counted = counting(client);
  const cache = new ClusterCache(counted.client, { namespace, log: () => undefined });
  t.after(() => cache.stop());
  const typeOf = kindsOf(createRouters(cache, DEFAULT_SETTINGS).flatMap(({ watches }) => watches));
  const users = provider.users(namespace);
  for (const object of users) await client.create(typeOf(object), object);
  const canary = await createCanary(
    client,
    namespace,
    merged({ provider: provider.provider, ...provider.canary }, part),
  );
  const router = routerFor(createRouters(cache, DEFAULT_SETTINGS), provider.provider);
  const theirs = async (): Promise<unknown[]> => {
    const objects = users.map((object) => client.get(typeOf(object), namespace, object.metadata.name));
    return (await Promise.all(objects)).map((object) => object && plain(object));
  };
  const before = await theirs();

  let seq = 0;
  const stored = async (): Promise<readonly KubeObject[]> => {
    const lists = await Promise.all(router.watches.map((type) => listed(client, type, namespace)));
    const titles = new Set(users.map(titleOf));
    return lists.flat().filter((object) => !titles.has(titleOf(object)));
  };
  return {
    router,
    canary,
    namespace,
    client,
    get writes() {
      return counted.writes();
    },
    nextSeq: () => (seq += 1),
    stored,
    create: (object) => client.create(typeOf(object), object),
    anotherCanary: async () => {
      const { metadata } = await client.create(CANARIES, {
        apiVersion: CANARIES.apiVersion,
        kind: CANARIES.kind,
        metadata: { name: 'other', namespace },
        spec: BASE,
      });
      return { ...canary.owner, name: 'other', uid: metadata.uid ?? '' };
    },
    edit: async (edited) => {
      const changed: string[] = [];
      for (const object of await stored()) {
        if (isDeepStrictEqual(edited(object), object)) continue;
        await change(client, typeOf(object), object.metadata, edited);
        changed.push(titleOf(object));
      }
      await router.refresh(canary);
      return changed.sort();
    },
    expectExactly: async (expected, fence) => {
      const actual = await stored();
      assert.deepEqual(Object.fromEntries(actual.map(summary)), Object.fromEntries(expected.map(wanted)));
      for (const object of actual) {
        assert.deepEqual(object.metadata.ownerReferences, [canary.owner], `${titleOf(object)} is owned`);
        const stamp = object.metadata.annotations?.[FENCE_ANNOTATION];
        if (fence) assert.equal(stamp, formatFence(fence), `the stamp of ${titleOf(object)}`);
      }
    },
    removeUsers: async () => {
      for (const object of users) await client.delete(typeOf(object), namespace, object.metadata.name);
    },
    expectUsersUntouched: async () => assert.deepEqual(await theirs(), before),
  };
}

/** An object without what the API server, the data plane and the fence put there. */
export function plain({ status: _status, ...object }: KubeObject): unknown {
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...metadata } = object.metadata;
  const { managedFields: _fields, creationTimestamp: _time, annotations = {}, ...rest } = metadata;
  const { [FENCE_ANNOTATION]: _stamp, ...notes } = annotations;
  return { ...object, metadata: { ...rest, annotations: notes } };
}

function summary(object: KubeObject): [string, unknown] {
  const { labels = {}, annotations = {} } = object.metadata;
  const { [FENCE_ANNOTATION]: _stamp, ...notes } = annotations;
  return [titleOf(object), { apiVersion: object.apiVersion, labels, annotations: notes, spec: object['spec'] }];
}

function wanted({ type, name, labels = {}, annotations = {}, spec }: Generated): [string, unknown] {
  return [`${type.kind}/${name}`, { apiVersion: type.apiVersion, labels, annotations, spec }];
}

async function listed(client: KubeClient, type: ResourceType, namespace: string): Promise<readonly KubeObject[]> {
  const { items } = await client.list(type, { namespace });
  return items.map((item) => ({ ...item, apiVersion: type.apiVersion, kind: type.kind }));
}

/** Kinds by which the cases' objects are addressed: whatever a traffic provider watches. */
function kindsOf(types: readonly ResourceType[]): (object: KubeObject) => ResourceType {
  const byKind = new Map(types.map((type) => [`${type.apiVersion}/${type.kind}`, type]));
  return ({ apiVersion, kind }) => {
    const type = byKind.get(`${apiVersion}/${kind}`);
    if (!type) throw new Error(`no router watches ${apiVersion} ${kind}`);
    return type;
  };
}

const BASE: CanaryPart = {
  targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' },
  service: { port: 80 },
  analysis: { interval: '30s', threshold: 3, stepWeight: 10, maxWeight: 50 },
};

/** It must exist: what is owned by nobody the garbage collector takes away. */
async function createCanary(client: KubeClient, namespace: string, part: CanaryPart): Promise<Canary> {
  const metadata = { name: 'cart', namespace };
  const object = await client.create(CANARIES, {
    apiVersion: CANARIES.apiVersion,
    kind: CANARIES.kind,
    metadata,
    spec: withoutNulls(merged(BASE, part)),
  });
  const options = { defaultProvider: 'apisix', defaultMetricsServer: 'http://prometheus:9090', support: everything() };
  const parsed = parseCanary(object, options);
  assert.ok(parsed.ok, `${pathOf(CANARIES)}: ${JSON.stringify(parsed)}`);
  return parsed.value;
}

/** `part` over `base`, two levels deep; a null takes a field away. */
function merged(base: CanaryPart, part: CanaryPart): CanaryPart {
  const isMap = (value: unknown): value is CanaryPart =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const fields = Object.entries(part).map(([name, value]) => {
    const below = base[name];
    return [name, isMap(value) && isMap(below) ? { ...below, ...value } : value] as const;
  });
  return { ...base, ...Object.fromEntries(fields) };
}

function withoutNulls(part: CanaryPart): CanaryPart {
  const entries = Object.entries(part).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const isMap = typeof value === 'object' && !Array.isArray(value);
      return [name, isMap ? withoutNulls(value as CanaryPart) : value];
    }),
  );
}
