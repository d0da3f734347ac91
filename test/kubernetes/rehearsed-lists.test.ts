import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterCache } from '../../src/kube/cache.js';
import type { ListOptions } from '../../src/kube/client.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { CONTROLLER_REVISIONS, type KubeObject, type ResourceType } from '../../src/kube/object.js';
import { RehearsalCache } from '../../src/kube/rehearsal.js';

const OF_SHOP = { namespace: 'test', labelSelector: 'of=shop' };

function revision(name: string, of = 'shop', namespace = 'test'): KubeObject {
  const { apiVersion, kind } = CONTROLLER_REVISIONS;
  return { apiVersion, kind, metadata: { name, namespace, labels: { of } } };
}

/** An API server that stores nothing, and what it was asked. */
function rehearsal(stored: readonly string[], refused: readonly string[] = []) {
  const asked: string[] = [];
  const ask = (verb: string, name: string): void => {
    asked.push(`${verb} ${name}`);
    if (refused.includes(name)) throw new KubeError(403, 'Forbidden', 'not in this house');
    if (verb !== 'create' && verb !== 'list' && !stored.includes(name))
      throw new KubeError(404, 'NotFound', 'not found');
  };
  const client = {
    server: 'test',
    list: (_type: ResourceType, { labelSelector = '' }: ListOptions) => {
      ask('list', labelSelector);
      return Promise.resolve({ metadata: {}, items: stored.map((name) => revision(name)) });
    },
    create: async (_type: ResourceType, object: KubeObject) => {
      await Promise.resolve();
      ask('create', object.metadata.name);
      return object;
    },
    patch: async (_type: ResourceType, _kind: string, _namespace: string, name: string) => {
      await Promise.resolve();
      ask('patch', name);
      return { ...revision(name), patched: true };
    },
    delete: async (_type: ResourceType, _namespace: string, name: string) => {
      await Promise.resolve();
      ask('delete', name);
    },
  };
  const cache = new RehearsalCache({ client: { rehearsing: () => client } } as unknown as ClusterCache);
  const names = async (options: ListOptions = OF_SHOP) =>
    (await cache.client.list(CONTROLLER_REVISIONS, options)).items.map(({ metadata }) => metadata.name);
  return { cache, client: cache.client, asked, names };
}

test('a list is asked for once, and shows what was written since as if it were stored', async () => {
  const { client, asked, names } = rehearsal(['a', 'b']);
  assert.deepEqual(await names(), ['a', 'b']);
  await client.create(CONTROLLER_REVISIONS, revision('c'));
  await client.create(CONTROLLER_REVISIONS, revision('d', 'another'));
  await client.create(CONTROLLER_REVISIONS, revision('e', 'shop', 'elsewhere'));
  await client.delete(CONTROLLER_REVISIONS, 'test', 'a');
  await client.patch(CONTROLLER_REVISIONS, 'merge', 'test', 'b', {});
  const { items } = await client.list(CONTROLLER_REVISIONS, OF_SHOP);
  assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), ['b', 'c']);
  assert.equal(items.find(({ metadata }) => metadata.name === 'b')?.['patched'], true);
  assert.deepEqual(asked, ['list of=shop', 'create c', 'create d', 'create e', 'delete a', 'patch b']);
});

test('another list is another question', async () => {
  const { asked, names } = rehearsal(['a']);
  await names();
  await names({ namespace: 'test' });
  assert.deepEqual(asked, ['list of=shop', 'list ']);
});

test('what was made here can be changed and deleted without the API server, which doesn’t have it', async () => {
  const { client, asked, names } = rehearsal([]);
  await client.create(CONTROLLER_REVISIONS, revision('c'));
  const changed = await client.patch(CONTROLLER_REVISIONS, 'merge', 'test', 'c', {});
  assert.equal(changed.metadata.name, 'c');
  await client.delete(CONTROLLER_REVISIONS, 'test', 'c');
  assert.deepEqual(await names(), []);
  assert.deepEqual(asked, ['create c', 'list of=shop']);
});

test('what is refused is noted, and listed so that what comes after it is checked, too', async () => {
  const { cache, client, names } = rehearsal([], ['c']);
  await client.create(CONTROLLER_REVISIONS, revision('c'));
  assert.deepEqual(await names(), ['c']);
  assert.match([...cache.refused].join(), /not in this house/);
});
