import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FencedError } from '../../src/errors.js';
import { Leases } from '../../src/kubernetes/lease.js';
import { ClusterCache } from '../../src/kube/cache.js';
import { CONFIG_MAPS, DEPLOYMENTS } from '../../src/kube/object.js';
import { FENCE_ANNOTATION, write } from '../../src/kubernetes/write.js';
import { configMap, deployment, openCluster } from '../harness/kubernetes/cluster.js';
import { claim } from '../harness/claim.js';

test('a write keeps what it does not know, and nothing is written where nothing differs', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  await client.create(DEPLOYMENTS, deployment(namespace, 'app', 'lab/http-echo:1', { minReadySeconds: 7 }));
  const key = { namespace, name: 'app' };
  const scale = (replicas: number) =>
    write(
      cache,
      DEPLOYMENTS,
      key,
      (current) => current && { ...current, spec: { ...(current['spec'] as object), replicas } },
      { fence: undefined },
    );
  const first = await scale(3);
  assert.equal((first?.['spec'] as { minReadySeconds: number }).minReadySeconds, 7);
  const second = await scale(3);
  assert.equal((await client.get(DEPLOYMENTS, namespace, 'app'))?.metadata.generation, second?.metadata.generation);
});

test('two writers who read the same version: the second reads again and loses nothing', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  await client.create(CONFIG_MAPS, configMap(namespace, 'shared', { start: 'yes' }));
  const add = (name: string) =>
    write(
      cache,
      CONFIG_MAPS,
      { namespace, name: 'shared' },
      (current) => current && { ...current, data: { ...(current['data'] as object), [name]: 'yes' } },
      { fence: undefined, touch: true },
    );
  await Promise.all(Array.from({ length: 6 }, (_, i) => add(`w${i}`)));
  const data = (await client.get(CONFIG_MAPS, namespace, 'shared'))?.['data'] as Record<string, string>;
  assert.deepEqual(Object.keys(data).sort(), ['start', 'w0', 'w1', 'w2', 'w3', 'w4', 'w5']);
});

test('an older writer is refused once a newer one has stamped the object', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  await client.create(CONFIG_MAPS, configMap(namespace, 'route', { weight: '20' }));
  const key = { namespace, name: 'route' };
  const set = (weight: string, epoch: number, seq: number, touch = false) =>
    write(cache, CONFIG_MAPS, key, (current) => current && { ...current, data: { weight } }, {
      fence: claim(epoch, seq),
      stamp: true,
      touch,
    });
  await set('0', 2, 7, true);
  await assert.rejects(set('20', 1, 99, true), FencedError);
  await assert.rejects(set('20', 2, 6, true), FencedError);
  const now = await client.get(CONFIG_MAPS, namespace, 'route');
  assert.equal((now?.['data'] as { weight: string }).weight, '0');
  assert.equal(now?.metadata.annotations?.[FENCE_ANNOTATION], '2.7');
});

test('what is stamped is written from what the cache has; it is read anew after a race, and before nothing is done', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  await client.create(CONFIG_MAPS, configMap(namespace, 'route', { weight: '10' }));
  const asked: string[] = [];
  const counting = Object.create(client) as typeof client;
  counting.get = (...args: Parameters<typeof client.get>) => {
    asked.push('get');
    return client.get(...args);
  };
  counting.replace = (...args: Parameters<typeof client.replace>) => {
    asked.push('replace');
    return client.replace(...args);
  };
  const cache = new ClusterCache(counting, { namespace, log: () => undefined });
  t.after(() => cache.stop());
  const key = { namespace, name: 'route' };
  const set = async (weight: string, seq: number, by = cache): Promise<readonly string[]> => {
    asked.length = 0;
    const options = { fence: claim(1, seq), stamp: true, touch: true };
    await write(by, CONFIG_MAPS, key, (current) => current && { ...current, data: { weight } }, options);
    return [...asked];
  };
  assert.deepEqual(await set('20', 1), ['replace']);
  assert.deepEqual(await set('20', 2), ['replace'], 'a stamp shuts older writers out, whatever the weight was');
  assert.deepEqual(await set('20', 2), ['get'], 'the very batch has been here already');
  // What the cache has is out of date for as long as nobody tells it.
  const known = await cache.get(CONFIG_MAPS, namespace, 'route');
  assert.ok(known);
  await client.patch(CONFIG_MAPS, 'merge', namespace, 'route', { data: { mine: 'yes' } });
  const deaf = Object.create(cache, { get: { value: () => Promise.resolve(known) } }) as typeof cache;
  assert.deepEqual(await set('30', 3, deaf), ['replace', 'get', 'replace']);
});

test('a writer that froze between reading and writing can not undo a rollback, not even one that changed nothing', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  await client.create(CONFIG_MAPS, configMap(namespace, 'route', { weight: '0' }));
  const key = { namespace, name: 'route' };
  let thawed: () => void = () => undefined;
  const frozen = new Promise<void>((resolve) => (thawed = resolve));
  let reads = 0;
  // This writer has passed every check, and sleeps just before it sends.
  const slowClient = Object.create(client) as typeof client;
  slowClient.replace = async (...args: Parameters<typeof client.replace>) => {
    reads += 1;
    if (reads === 1) await frozen;
    return client.replace(...args);
  };
  const slowCache = Object.create(cache, { client: { value: slowClient } }) as typeof cache;
  const late = write(slowCache, CONFIG_MAPS, key, (current) => current && { ...current, data: { weight: '10' } }, {
    fence: claim(1, 3),
    stamp: true,
    touch: true,
  });
  // The rollback finds the weight right already; it stamps all the same.
  await write(cache, CONFIG_MAPS, key, (current) => current && { ...current, data: { weight: '0' } }, {
    fence: claim(1, 4),
    stamp: true,
    touch: true,
  });
  thawed();
  await assert.rejects(late, FencedError);
  assert.equal(((await client.get(CONFIG_MAPS, namespace, 'route'))?.['data'] as { weight: string }).weight, '0');
});

test('leases: each new holder raises the epoch, the same one keeps it, older steps are refused', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { cache, client, namespace } = cluster;
  // An owner that exists: the garbage collector takes a Lease away whose owner doesn't.
  const { apiVersion, kind, metadata } = await client.create(CONFIG_MAPS, configMap(namespace, 'podinfo', {}));
  const owner = { namespace, name: 'podinfo', owner: { apiVersion, kind, name: 'podinfo', uid: metadata.uid ?? '' } };
  const leases = new Leases(cache);
  const term = { kind: 'seconds', seconds: 30 } as const;
  const first = await leases.take(owner, 'run-1', term, { spec: '{"a":1}' });
  assert.deepEqual(await leases.take(owner, 'run-1', term), { ...first, seq: 0 });
  await leases.renew(owner, { epoch: first.epoch, seq: 5 }, term);
  await assert.rejects(leases.renew(owner, { epoch: first.epoch, seq: 4 }, term), FencedError);
  const seen = await leases.view(namespace, 'podinfo');
  const second = await leases.take(owner, 'run-2', term);
  assert.equal(second.epoch, first.epoch + 1);
  await assert.rejects(leases.renew(owner, { epoch: first.epoch, seq: 6 }, term), FencedError);
  await assert.rejects(
    leases.take(owner, 'deadman', term, { expected: seen }),
    FencedError,
    'it has changed hands since it was seen',
  );
  await leases.renew(owner, { epoch: second.epoch, seq: 1 }, { kind: 'held' });
  assert.equal((await leases.view(namespace, 'podinfo'))?.expiresAt, Infinity);
  await leases.renew(owner, { epoch: second.epoch, seq: 2 }, { kind: 'released' }, { observedGeneration: 4 });
  const view = await leases.view(namespace, 'podinfo');
  assert.equal(view?.holder, '');
  assert.equal(view?.observedGeneration, 4);
  assert.equal(view?.spec, '{"a":1}', 'the spec that a run went by stays known');
});
