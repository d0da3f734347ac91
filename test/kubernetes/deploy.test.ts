import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { applyObjects, placeOf } from '../../lab/kube/apply.js';
import type { KubeClient } from '../../src/kube/client.js';
import { labClient } from '../../lab/manifests.js';
import { rendered } from '../harness/kustomize.js';
import { PODS, type KubeObject } from '../../src/kube/object.js';
import { NAMESPACES } from '../harness/kubernetes/cluster.js';

/** What is in deploy/kustomize, looked at by a real API server, which keeps nothing of it. */
describe('deploy/kustomize', () => {
  const namespace = `deploy-${randomUUID().slice(0, 8)}`;
  let client: KubeClient;

  before(async () => {
    const directory = process.env['SERINUS_LAB'];
    if (directory === undefined) throw new Error('SERINUS_LAB is not set: run the tests with npm test');
    client = await labClient({ directory });
    // As deploy/kustomize/cluster makes it.
    const own = rendered('cluster').find(({ kind }) => kind === 'Namespace') ?? assert.fail('no Namespace');
    await applyObjects(client, [{ ...own, metadata: { ...own.metadata, name: namespace } }]);
  });

  after(async () => {
    await client.delete(NAMESPACES, undefined, namespace);
  });

  for (const folder of ['cluster', 'one-namespace', 'example']) {
    test(`${folder}: the API server takes every object, and knows every field`, async () => {
      for (const object of rendered(folder, namespace)) {
        // The definitions are those that this server runs with already: the test run has applied them.
        const { type, object: placed } = await placeOf(client, object);
        await client.rehearsing().apply(type, placed, { fieldValidation: 'Strict' });
      }
    });
  }

  test('pods of all processes are admitted where Pod Security is restricted', async () => {
    const objects = rendered('cluster', namespace);
    await applyObjects(
      client,
      objects.filter(({ kind }) => kind === 'ServiceAccount'),
    );
    const deployments = objects.filter(({ kind }) => kind === 'Deployment');
    assert.equal(deployments.length, 3);
    for (const deployment of deployments) await client.rehearsing().create(PODS, podOf(deployment));
  });

  test('Pod Security would refuse them otherwise', async () => {
    const [deployment] = rendered('cluster', namespace).filter(({ kind }) => kind === 'Deployment');
    const { spec, ...pod } = podOf(deployment ?? assert.fail());
    const { securityContext: _context, ...loose } = spec;
    await assert.rejects(client.rehearsing().create(PODS, { ...pod, spec: loose }), /restricted/);
  });
});

const templateSchema = z.object({
  spec: z.object({ template: z.object({ metadata: z.looseObject({}), spec: z.looseObject({}) }) }),
});

function podOf(deployment: KubeObject) {
  const { template } = templateSchema.parse(deployment).spec;
  const { name, namespace } = deployment.metadata;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name, namespace }, spec: template.spec };
}
