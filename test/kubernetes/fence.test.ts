import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect } from '../../src/domain/decision/effects.js';
import { FencedError, TransientError } from '../../src/errors.js';
import { LeaseClaim } from '../../src/kubernetes/claim.js';
import { Leases } from '../../src/kubernetes/lease.js';
import { leaseName } from '../../src/kubernetes/lease-object.js';
import {
  CANARIES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  LEASES,
  SERVICES,
  type KubeObject,
  type ResourceType,
} from '../../src/kube/object.js';
import { FENCE_ANNOTATION, remove, write } from '../../src/kubernetes/write.js';
import { Watcher } from '../../src/watch/watcher.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { APP } from '../harness/release/objects.js';
import { until } from '../harness/until.js';
import { configMap, openCluster } from '../harness/kubernetes/cluster.js';
import { openRelease } from '../harness/kubernetes/fence-bench.js';

const ROUTE = `${APP}-${APP}-canary`;
const PROGRESSING: Effect = {
  do: 'status',
  status: {
    phase: 'Progressing',
    canaryWeight: 25,
    failedChecks: 0,
    iterations: 0,
    lastAppliedSpec: 'a',
    lastPromotedSpec: 'b',
    trackedConfigs: {},
  },
};

/** One for each kind of object that a run writes, and the write that a late run would make. */
const WRITES: readonly {
  readonly what: string;
  readonly type: ResourceType;
  readonly name: string;
  readonly effect: Effect;
  /** What makes the write one that is needed. */
  readonly before?: Record<string, unknown>;
}[] = [
  { what: 'the scale of the target', type: DEPLOYMENTS, name: APP, effect: { do: 'scaleDown' } },
  { what: 'the status', type: CANARIES, name: APP, effect: PROGRESSING },
  { what: 'the condition', type: CANARIES, name: APP, effect: { do: 'condition', message: 'no' } },
  {
    what: 'a Service',
    type: SERVICES,
    name: `${APP}-canary`,
    effect: { do: 'reconcile', primary: 100, canary: 0 },
    before: { spec: { selector: { app: 'elsewhere' } } },
  },
  { what: 'the route', type: APISIX_ROUTES, name: ROUTE, effect: { do: 'weights', primary: 75, canary: 25 } },
  { what: 'the primary', type: DEPLOYMENTS, name: `${APP}-primary`, effect: { do: 'restore' } },
];

describe('a run that was frozen after it had read, and wakes up when another has taken over', () => {
  for (const { what, type, name, effect, before } of WRITES) {
    test(`no longer writes ${what}, although it reads again`, async (t) => {
      const { client, namespace, first, open } = await openRelease(t);
      if (before) {
        await client.patch(type, 'merge', namespace, name, before);
        const changed = (await client.get(type, namespace, name))?.metadata.resourceVersion;
        await until(
          async () => (await first.deps.cache.get(type, namespace, name))?.metadata.resourceVersion === changed,
          'the change is seen',
        );
      }
      const thaw = await first.freezeAt(type, name, () => first.apply(effect));
      const second = open('second');
      assert.equal(await second.begin(), first.epoch + 1);
      // Somebody has written the object since, as the newer run would.
      await client.patch(type, 'merge', namespace, name, {
        metadata: { annotations: { 'example.com/touched': 'yes' } },
      });
      const kept = content(await client.get(type, namespace, name));
      await assert.rejects(thaw(), FencedError);
      assert.deepEqual(content(await client.get(type, namespace, name)), kept);
    });
  }

  test('no longer removes the finalizer', async (t) => {
    const { client, namespace, first, open } = await openRelease(t, { revertOnDeletion: true });
    const thaw = await first.freezeAt(CANARIES, APP, () => first.apply({ do: 'revert' }));
    await open('second').begin();
    await client.patch(CANARIES, 'merge', namespace, APP, { metadata: { labels: { touched: 'yes' } } });
    await assert.rejects(thaw(), FencedError);
    assert.equal((await client.get(CANARIES, namespace, APP))?.metadata.finalizers?.length, 1);
  });

  test('no longer sets three replicas back to none', async (t) => {
    const { client, namespace, first, open } = await openRelease(t);
    const thaw = await first.freezeAt(DEPLOYMENTS, APP, () => first.apply({ do: 'scaleDown' }));
    const second = open('second');
    await second.begin();
    await client.patch(DEPLOYMENTS, 'merge', namespace, APP, { spec: { replicas: 3 } });
    await assert.rejects(thaw(), FencedError);
    assert.equal(replicas(await client.get(DEPLOYMENTS, namespace, APP)), 3);
  });
});

test('a claim is asked again after three seconds, although nobody has written the object since', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  const owner = ownerIn(namespace, await client.create(CONFIG_MAPS, configMap(namespace, 'theirs', { a: '1' })));
  const leases = new Leases(cache);
  const term = { kind: 'seconds', seconds: 60 } as const;
  let now = 0;
  const fence = await leases.take(owner, 'first', term);
  const claim = new LeaseClaim(leases, owner, { ...fence, seq: 1 }, { holder: 'first' }, () => now);
  await claim.renew(term);
  // Another process takes over; this one hears of it late.
  const elsewhere = await openElsewhere(client);
  t.after(() => elsewhere.cache.stop());
  await elsewhere.leases.take(owner, 'second', term);
  now = 3_000;
  const change = (current: KubeObject | undefined) => current && { ...current, data: { a: '2' } };
  await assert.rejects(
    write(cache, CONFIG_MAPS, { namespace, name: 'theirs' }, change, { fence: claim, touch: true }),
    FencedError,
  );
  const object = await client.get(CONFIG_MAPS, namespace, 'theirs');
  assert.ok(object);
  assert.deepEqual(object['data'], { a: '1' });
  await assert.rejects(remove(cache, CONFIG_MAPS, object, { fence: claim }), FencedError);
  assert.ok(await client.get(CONFIG_MAPS, namespace, 'theirs'));
});

test('what is deleted is what was read, not what has its name since', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  const old = await client.create(CONFIG_MAPS, configMap(namespace, 'kept', { a: '1' }));
  await client.delete(CONFIG_MAPS, namespace, 'kept');
  await client.create(CONFIG_MAPS, configMap(namespace, 'kept', { a: '2' }));
  await remove(cache, CONFIG_MAPS, old, { fence: undefined });
  assert.deepEqual((await client.get(CONFIG_MAPS, namespace, 'kept'))?.['data'], { a: '2' });
});

describe('a Lease that somebody has deleted', () => {
  test('at rest: the next run counts on from the stamps', async (t) => {
    const { client, namespace, first, open } = await openRelease(t);
    await stampRoute(client, namespace, '501.7');
    await client.delete(LEASES, namespace, leaseName(APP));
    await until(async () => (await first.deps.leases.view(namespace, APP)) === undefined, 'it is seen to be gone');
    const next = open('next');
    assert.equal(await next.begin(), 502);
    await next.apply({ do: 'weights', primary: 100, canary: 0 });
    assert.equal(await stampOf(client, namespace), '502.1');
  });

  test('an old one that was restored: the same', async (t) => {
    const { client, namespace, first, open } = await openRelease(t);
    await stampRoute(client, namespace, '501.7');
    assert.ok(first.epoch < 501);
    assert.equal(await open('next').begin(), 502);
  });

  test('in mid-release: its run makes it again, and goes on', async (t) => {
    const { client, namespace, first } = await openRelease(t);
    await first.apply({ do: 'weights', primary: 75, canary: 25 });
    await client.delete(LEASES, namespace, leaseName(APP));
    await until(async () => (await first.deps.leases.view(namespace, APP)) === undefined, 'it is seen to be gone');
    await first.apply({ do: 'weights', primary: 50, canary: 50 });
    const lease = await first.deps.leases.fresh(namespace, APP);
    assert.equal(lease?.holder, 'first');
    assert.equal(lease.fence.epoch, first.epoch);
  });

  test('in mid-release, while its run stands still: the watch tells it at once', async (t) => {
    const { client, namespace, first } = await openRelease(t);
    await first.apply({ do: 'weights', primary: 75, canary: 25 }, PROGRESSING);
    const reported: string[] = [];
    const report = (_canary: unknown, { id }: { readonly id: string }): Promise<void> => {
      reported.push(id);
      return Promise.resolve();
    };
    const submissions = { ...first.deps.submissions, report };
    const watcher = new Watcher({ ...first.deps, submissions });
    await watcher.start();
    t.after(() => watcher.stop());
    await until(() => watcher.backlog === 0 && reported.length > 0, 'it has been looked at');
    const before = new Set(reported);
    const began = performance.now();
    await client.delete(LEASES, namespace, leaseName(APP));
    await until(() => reported.some((id) => !before.has(id)), 'the run is told that its Lease is gone');
    // Not when everything is looked at anew, once a minute.
    assert.ok(performance.now() - began < 20_000);
  });

  test('in mid-release, when somebody newer has been here: its run is shut out all the same', async (t) => {
    const { client, namespace, first, open } = await openRelease(t);
    const second = open('second');
    await second.begin();
    await second.apply({ do: 'weights', primary: 100, canary: 0 });
    await client.delete(LEASES, namespace, leaseName(APP));
    await until(async () => (await first.deps.leases.view(namespace, APP)) === undefined, 'it is seen to be gone');
    await until(
      async () =>
        (await first.deps.cache.get(APISIX_ROUTES, namespace, ROUTE))?.metadata.annotations?.[FENCE_ANNOTATION] ===
        `${second.epoch}.1`,
      'the stamp is seen',
    );
    await assert.rejects(first.apply({ do: 'weights', primary: 75, canary: 25 }), FencedError);
    assert.equal(await client.get(LEASES, namespace, leaseName(APP)), undefined);
  });

  test('in the middle of a batch: the next attempt makes it again', async (t) => {
    const { client, namespace, first } = await openRelease(t);
    const thaw = await first.freezeAt(DEPLOYMENTS, APP, () => first.apply({ do: 'scaleDown' }));
    await client.delete(LEASES, namespace, leaseName(APP));
    await client.patch(DEPLOYMENTS, 'merge', namespace, APP, { metadata: { labels: { touched: 'yes' } } });
    await assert.rejects(thaw(), TransientError);
    await first.apply({ do: 'scaleDown' });
    assert.equal(replicas(await client.get(DEPLOYMENTS, namespace, APP)), 0);
  });
});

test('a stamp that nobody could foresee shuts a run out once: whoever comes next is past it', async (t) => {
  const { client, namespace, first, open } = await openRelease(t);
  await first.apply({ do: 'weights', primary: 75, canary: 25 });
  await stampRoute(client, namespace, '501.7');
  await assert.rejects(first.apply({ do: 'weights', primary: 100, canary: 0 }), FencedError);
  const next = open('next');
  assert.ok((await next.begin()) > 501);
  await next.apply({ do: 'weights', primary: 100, canary: 0 });
});

test('a stamp far beyond all runs that there may have been is nobody’s: it shuts nobody out, and uses no numbers up', async (t) => {
  const { client, namespace, first, open } = await openRelease(t);
  for (const forged of [
    '999999999.1',
    '2147483646.999999999',
    '2147483647.0',
    '4294967296.0',
    '99999999999.0',
    '-1.0',
    '1e9.0',
    'NaN',
  ]) {
    await stampRoute(client, namespace, forged);
    await first.apply({ do: 'weights', primary: 75, canary: 25 });
    await first.apply({ do: 'weights', primary: 70, canary: 30 });
    assert.match((await stampOf(client, namespace)) ?? '', new RegExp(`^${first.epoch}\\.`), forged);
  }
  await stampRoute(client, namespace, '999999999.1');
  await client.delete(LEASES, namespace, leaseName(APP));
  await until(async () => (await first.deps.leases.view(namespace, APP)) === undefined, 'it is seen to be gone');
  const next = open('next');
  const epoch = await next.begin();
  assert.ok(epoch > first.epoch && epoch < 100, `epoch ${epoch}`);
  await next.apply({ do: 'weights', primary: 100, canary: 0 });
  await assert.rejects(first.apply({ do: 'weights', primary: 75, canary: 25 }), FencedError);
});

test('a Lease after which nobody could take it counts for nothing', async (t) => {
  const { client, namespace, first, open } = await openRelease(t);
  await first.apply({ do: 'weights', primary: 75, canary: 25 });
  const spec = { leaseTransitions: 2_147_483_647 };
  const { metadata } = await client.patch(LEASES, 'merge', namespace, leaseName(APP), { spec });
  const seen = async () =>
    (await first.deps.cache.get(LEASES, namespace, leaseName(APP)))?.metadata.resourceVersion ===
    metadata.resourceVersion;
  await until(seen, 'it is seen');
  const next = open('next');
  const epoch = await next.begin();
  assert.ok(epoch > first.epoch && epoch < 100, `epoch ${epoch}`);
  await next.apply({ do: 'weights', primary: 100, canary: 0 });
});

test('an attempt after one whose answer was lost counts the interval from when the weight was set', async (t) => {
  const { first } = await openRelease(t);
  const weights: Effect = { do: 'weights', primary: 75, canary: 25 };
  const began = Date.now();
  const { routedMsAgo: atOnce = NaN } = await first.apply(weights);
  assert.ok(atOnce <= Date.now() - began, `${atOnce} ms`);
  const set = Date.now();
  await sleep(4_000);
  const { routedMsAgo = NaN } = await first.again(weights);
  // The API server tells whole seconds.
  assert.ok(routedMsAgo >= 2_000 && routedMsAgo <= Date.now() - began, `${routedMsAgo} of ${Date.now() - set} ms`);
  const moved = Date.now();
  const { routedMsAgo: anew = NaN } = await first.apply({ ...weights, primary: 50, canary: 50 });
  assert.ok(anew <= Date.now() - moved + 1_000, `${anew} ms`);
});

async function openElsewhere(client: Awaited<ReturnType<typeof openCluster>>['client']) {
  const { ClusterCache } = await import('../../src/kube/cache.js');
  const cache = new ClusterCache(client, { log: () => undefined });
  return { cache, leases: new Leases(cache) };
}

function ownerIn(namespace: string, { apiVersion, kind, metadata }: KubeObject) {
  // One that is there: the garbage collector takes the Lease of any other.
  return { namespace, name: APP, owner: { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' } };
}

async function stampRoute(
  client: Awaited<ReturnType<typeof openCluster>>['client'],
  namespace: string,
  stamp: string,
): Promise<void> {
  const annotations = { [FENCE_ANNOTATION]: stamp };
  await client.patch(APISIX_ROUTES, 'merge', namespace, ROUTE, { metadata: { annotations } });
}

async function stampOf(client: Awaited<ReturnType<typeof openCluster>>['client'], namespace: string) {
  return (await client.get(APISIX_ROUTES, namespace, ROUTE))?.metadata.annotations?.[FENCE_ANNOTATION];
}

/** What a late writer could have changed. */
function content(object: KubeObject | undefined): unknown {
  const { conditions: _conditions, ...status } = (object?.['status'] ?? {}) as Record<string, unknown>;
  const stamp = object?.metadata.annotations?.[FENCE_ANNOTATION];
  // What its controller says of a workload is its own.
  return { spec: object?.['spec'], stamp, ...(object?.kind === CANARIES.kind ? { status } : {}) };
}

function replicas(object: KubeObject | undefined): number | undefined {
  return (object?.['spec'] as { replicas?: number } | undefined)?.replicas;
}
