import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLab } from '../../lab/lab.js';
import { clusterClient } from '../../src/kube/connect.js';
import { Reflector } from '../../src/kube/reflector.js';
import { CONFIG_MAPS, SECRETS } from '../../src/kube/object.js';
import { until } from '../harness/until.js';
import { configMap, openCluster } from '../harness/kubernetes/cluster.js';

test('a store follows what is made, changed and deleted', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  await client.create(CONFIG_MAPS, configMap(namespace, 'before', { a: '1' }));
  const reflector = new Reflector(client, CONFIG_MAPS, { namespace, log: () => undefined }).start();
  t.after(() => reflector.stop());
  await reflector.synced;
  assert.ok(reflector.store.get(namespace, 'before'));
  const made = await client.create(CONFIG_MAPS, configMap(namespace, 'later', { a: '1' }));
  await until(() => reflector.store.get(namespace, 'later') !== undefined, 'the new one is seen');
  await client.replace(CONFIG_MAPS, { ...made, data: { a: '2' } });
  await until(
    () => (reflector.store.get(namespace, 'later')?.['data'] as { a: string }).a === '2',
    'the change is seen',
  );
  await client.delete(CONFIG_MAPS, namespace, 'later');
  await until(() => reflector.store.get(namespace, 'later') === undefined, 'the deletion is seen');
});

test('only metadata of Secrets is kept', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, cache, namespace } = cluster;
  await client.create(SECRETS, {
    ...configMap(namespace, 'token', {}),
    kind: 'Secret',
    stringData: { token: 'hunter2' },
  });
  await until(async () => (await cache.get(SECRETS, namespace, 'token')) !== undefined, 'the Secret is seen');
  await cache.getFresh(SECRETS, namespace, 'token');
  assert.ok(
    !JSON.stringify(await cache.get(SECRETS, namespace, 'token')).includes('aHVudGVyMg'),
    'no content in the cache',
  );
});

test('a kind that the server does not have counts as empty, and is found when it comes', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const said: string[] = [];
  const type = { apiVersion: 'nowhere.example.com/v1', kind: 'Thing', plural: 'things' };
  const reflector = new Reflector(cluster.client, type, { log: (message) => said.push(message) }).start();
  t.after(() => reflector.stop());
  await reflector.synced;
  assert.deepEqual(reflector.store.list(), []);
  await until(() => said.length === 1, 'it is said once');
});

test('an API server that goes away and comes back loses nothing', async (t) => {
  const lab = await startLab({ servers: ['etcd', 'apiserver'] });
  t.after(() => lab.stop());
  const client = clusterClient({ kubeconfig: lab.kubeconfig });
  const reflector = new Reflector(client, CONFIG_MAPS, { namespace: 'default', log: () => undefined }).start();
  t.after(() => reflector.stop());
  await reflector.synced;
  await lab.server('apiserver').stop('SIGKILL');
  await lab.server('apiserver').start();
  await client.create(CONFIG_MAPS, configMap('default', 'after', { a: '1' }));
  await until(() => reflector.store.get('default', 'after') !== undefined, 'the watch has come back', 40_000);
});
