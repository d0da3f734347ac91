import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { crdManifests } from '../crds/manifests.js';
import { TransientError } from '../errors.js';
import type { KubeClient } from '../kube/client.js';
import type { ResourceType } from '../kube/object.js';

const DEFINITIONS: ResourceType = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

/** For a moment after its creation a definition's conditions are null. */
const statusSchema = z
  .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish() })
  .default({});

const PATIENCE_MS = 15_000;
const LOOK_MS = 100;

/**
 * Applies the CustomResourceDefinitions, and waits until the API server serves them.
 *
 * @returns their names
 * @throws KubeError where the account may not, TransientError where the API server isn't there or doesn't take them
 */
export async function applyCrds(client: KubeClient): Promise<readonly string[]> {
  const manifests = crdManifests().map((manifest) => manifestSchema.parse(manifest));
  for (const manifest of manifests) await client.apply(DEFINITIONS, manifest);
  const names = manifests.map((manifest) => manifest.metadata.name);
  for (const name of names) await established(client, name);
  return names;
}

async function established(client: KubeClient, name: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const definition = await client.get(DEFINITIONS, undefined, name);
    const { conditions } = statusSchema.parse(definition?.['status']);
    if (conditions?.some(({ type, status }) => type === 'Established' && status === 'True')) return;
    if (Date.now() > deadline) throw new TransientError(`the API server doesn't serve ${name} yet`);
    await sleep(LOOK_MS);
  }
}
