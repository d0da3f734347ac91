import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { parseManifest, placeOf } from '../../lab/kube/apply.js';
import { CANARIES, type KubeObject } from '../../src/kube/object.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';

const FOLDER = new URL('../../examples/', import.meta.url);
/** Kinds that no API server of the tests has: a user's own entry into the cluster, of which Serinus reads nothing. */
const UNKNOWN = ['IngressRoute'];

const examples = ['strategies', 'providers'].flatMap((room) =>
  readdirSync(new URL(room, FOLDER)).map((file) => `${room}/${file}`),
);

/** As `kubectl apply -f examples/…` would have it, one file after another into one namespace. */
describe('examples/', () => {
  let cluster: TestCluster;

  before(async () => {
    cluster = await openCluster();
    await applied('app.yaml');
  });

  after(() => cluster.close());

  async function applied(file: string): Promise<readonly KubeObject[]> {
    const objects = parseManifest(readFileSync(new URL(file, FOLDER), 'utf8'))
      .filter(({ kind }) => kind !== 'Namespace' && !UNKNOWN.includes(kind))
      .map((object) => ({ ...object, metadata: { ...object.metadata, namespace: cluster.namespace } }));
    for (const object of objects) {
      const { type } = await placeOf(cluster.client, object);
      await cluster.client.apply(type, object, { fieldValidation: 'Strict' });
    }
    return objects;
  }

  for (const file of examples) {
    test(`${file} is taken whole`, async () => {
      const canary = (await applied(file)).find(({ kind }) => kind === 'Canary');
      const stored = await cluster.client.get(CANARIES, cluster.namespace, canary?.metadata.name ?? 'none');
      const { provider } = (canary?.['spec'] ?? {}) as { provider?: string };
      assert.equal((stored?.['spec'] as { provider?: string }).provider, provider);
      assert.notEqual(provider, undefined);
    });
  }

  test('would be refused for a field that a kind hasn’t got', async () => {
    const [canary] = parseManifest(readFileSync(new URL('strategies/canary.yaml', FOLDER), 'utf8'));
    const { metadata, ...rest } = canary ?? assert.fail();
    const spec = { ...(rest['spec'] as object), weightStep: 10 };
    const slip = { ...rest, spec, metadata: { ...metadata, namespace: cluster.namespace } };
    await assert.rejects(cluster.client.apply(CANARIES, slip, { fieldValidation: 'Strict' }), /weightStep/);
  });
});
