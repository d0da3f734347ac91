import { type ApiClient } from '../../../src/kube/client.js';
import { KubeError } from '../../../src/kube/kube-error.js';
import type { KubeObject, ResourceType } from '../../../src/kube/object.js';

/**
 * Changes an object as `kubectl edit` does: on what is there, and again where Kubernetes' own controllers have written its
 * status, or what they count, meanwhile.
 *
 * @param subresource `status`, for what is written there
 * @returns the object as it is then
 */
export async function change(
  client: ApiClient,
  type: ResourceType,
  { namespace, name }: { readonly namespace?: string; readonly name: string },
  edit: (current: KubeObject) => Partial<KubeObject>,
  subresource?: 'status',
): Promise<KubeObject> {
  for (;;) {
    const current = await client.get(type, namespace, name);
    if (!current) throw new Error(`there is no ${type.kind} ${name}`);
    try {
      return await client.replace(type, { ...current, ...edit(current) }, subresource);
    } catch (error) {
      if (!(error instanceof KubeError && error.conflict)) throw error;
    }
  }
}
