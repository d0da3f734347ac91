import { z } from 'zod';
import { applyCrds } from '../../src/cli/install-crds.js';
import { type KubeClient } from '../../src/kube/client.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { type KubeObject, CANARIES, DEPLOYMENTS } from '../../src/kube/object.js';
import { pathOf } from '../../src/kube/path.js';
import { serves } from '../place/check-cluster.js';
import { APP } from './objects.js';

/** Who has changed what, as the API server writes it down and Temporal shows it. */
const FIELD_MANAGER = 'serinus-demo';

const resourcesSchema = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/**
 * Applies the CustomResourceDefinitions. May be called again when it has failed.
 *
 * @param keep leave those of a cluster that has them as they are: they may be Flagger's own
 */
export async function applyDefinitions(client: KubeClient, { keep }: { readonly keep: boolean }): Promise<void> {
  if (!keep || !(await serves(client, CANARIES))) await applyCrds(client);
}

/** Creates the objects; those that are there are changed to be the same. */
export async function applyObjects(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object;
    const { plural, namespaced } = await resourceOf(client, apiVersion, kind);
    const type = { apiVersion, kind, plural };
    const namespace = namespaced ? metadata.namespace : undefined;
    try {
      await client.request('POST', `${pathOf(type, namespace)}?fieldManager=${FIELD_MANAGER}`, object);
    } catch (error) {
      if (!(error instanceof KubeError) || !error.alreadyExists) throw error;
      await client.patch(type, 'merge', namespace, metadata.name, object, { fieldManager: FIELD_MANAGER });
    }
  }
}

async function resourceOf(client: KubeClient, apiVersion: string, kind: string) {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = resourcesSchema.parse(await client.request('GET', base));
  const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  if (!found) throw new Error(`the API server knows no ${kind} in ${apiVersion}`);
  return { plural: found.name, namespaced: found.namespaced };
}

/** `kubectl -n NAMESPACE set image deployment/podinfo podinfod=IMAGE`: what triggers a release. */
export async function setImage(client: KubeClient, namespace: string, image: string): Promise<void> {
  const patch = { spec: { template: { spec: { containers: [{ name: APP.container, image }] } } } };
  await client.patch(DEPLOYMENTS, 'strategic', namespace, APP.name, patch, { fieldManager: FIELD_MANAGER });
}
