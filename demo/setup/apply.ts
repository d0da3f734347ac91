import { placeOf } from '../../lab/kube/apply.js';
import { applyCrds } from '../../src/cli/install-crds.js';
import { type KubeClient } from '../../src/kube/client.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { type KubeObject, CANARIES, DEPLOYMENTS } from '../../src/kube/object.js';
import { pathOf } from '../../src/kube/path.js';
import { serves } from '../place/check-cluster.js';
import { APP } from './objects.js';

/** Who has changed what, as the API server writes it down and Temporal shows it. */
const FIELD_MANAGER = 'serinus-demo';

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
    const { type, object: placed } = await placeOf(client, object);
    const { namespace, name } = placed.metadata;
    try {
      await client.request('POST', `${pathOf(type, namespace)}?fieldManager=${FIELD_MANAGER}`, placed);
    } catch (error) {
      if (!(error instanceof KubeError) || !error.alreadyExists) throw error;
      await client.patch(type, 'merge', namespace, name, placed, { fieldManager: FIELD_MANAGER });
    }
  }
}

/** `kubectl -n NAMESPACE set image deployment/podinfo podinfod=IMAGE`: what triggers a release. */
export async function setImage(client: KubeClient, namespace: string, image: string): Promise<void> {
  const patch = { spec: { template: { spec: { containers: [{ name: APP.container, image }] } } } };
  await client.patch(DEPLOYMENTS, 'strategic', namespace, APP.name, patch, { fieldManager: FIELD_MANAGER });
}
