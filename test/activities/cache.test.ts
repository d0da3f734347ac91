import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsedCanary, readCanary, type Reading } from '../../src/canary/read.js';
import { RefusedError, TransientError } from '../../src/errors.js';
import { ClusterCache } from '../../src/kube/cache.js';
import { type KubeClient } from '../../src/kube/client.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { CANARIES, DEPLOYMENTS, type KubeObject } from '../../src/kube/object.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { until } from '../harness/until.js';

/** An API server that answers lists as it is told to, and whose watches never tell anything. */
function server(list: () => readonly KubeObject[]): { readonly client: KubeClient; readonly lists: () => number } {
  let lists = 0;
  const client = {
    list: () => {
      lists += 1;
      return Promise.resolve().then(() => ({ metadata: { resourceVersion: '1' }, items: list() }));
    },
    watch: (_type: unknown, _scope: unknown, signal: AbortSignal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        }),
      ),
  };
  return { client: client as unknown as KubeClient, lists: () => lists };
}

const APP: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app', namespace: 'test' } };

test('a kind that may not be listed is an error for its readers, and read as soon as it may be', async () => {
  let may = false;
  const said: string[] = [];
  const { client } = server(() => {
    if (may) return [APP];
    throw new KubeError(403, 'Forbidden', 'deployments.apps is forbidden: User "serinus" cannot list resource');
  });
  const cache = new ClusterCache(client, { log: (message) => said.push(message) });
  // Both who waits at that moment and who comes later.
  for (let i = 0; i < 2; i += 1) {
    await assert.rejects(cache.get(DEPLOYMENTS, 'test', 'app'), (error: unknown) => {
      assert.ok(error instanceof RefusedError);
      assert.match(error.message, /^deployments may not be listed, so nothing is known of them: .*User "serinus"/);
      return true;
    });
  }
  assert.equal(said.length, 1, 'the log says it once');
  const patient = cache.filled(DEPLOYMENTS);
  may = true;
  assert.equal((await patient).get('test', 'app')?.metadata.name, 'app');
  assert.equal((await cache.get(DEPLOYMENTS, 'test', 'app'))?.metadata.name, 'app');
  await cache.stop();
});

test('a cache that was stopped starts no watch any more', async () => {
  const { client, lists } = server(() => [APP]);
  const cache = new ClusterCache(client, { log: () => undefined });
  assert.ok(await cache.get(DEPLOYMENTS, 'test', 'app'));
  await until(() => lists() === 1, 'it is listed');
  await cache.stop();
  // A look that was under way when its process was asked to stop.
  await assert.rejects(cache.get(DEPLOYMENTS, 'test', 'app'), TransientError);
  await assert.rejects(cache.get(CANARIES, 'test', 'app'), TransientError);
  assert.equal(lists(), 1);
});

test('whatever stands as the kept spec in a Lease, a Canary with an invalid spec only has no valid one', async () => {
  const object: KubeObject = {
    apiVersion: CANARIES.apiVersion,
    kind: CANARIES.kind,
    metadata: { name: 'app', namespace: 'test', uid: 'u', resourceVersion: '1', generation: 2 },
    spec: { targetRef: 'nonsense' },
  };
  for (const spec of [
    'null',
    '7',
    '"text"',
    '[]',
    '{"own":null}',
    '{"own":[1],"approvals":{}}',
    '{"generation":"x"',
    '',
  ]) {
    const deps = {
      settings: DEFAULT_SETTINGS,
      cache: { get: () => Promise.resolve(object) },
      leases: { view: () => Promise.resolve({ spec }) },
    } as unknown as Reading;
    assert.equal(parsedCanary(deps, object).ok, false);
    const view = await readCanary(deps, { cluster: '', namespace: 'test', name: 'app' });
    assert.equal(view?.canary, undefined, spec);
    assert.ok(view?.refusal, spec);
  }
});
