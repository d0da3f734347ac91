import type { Canary } from '../../crds/canary.js';
import type { KubeObject, ResourceType } from '../../kube/object.js';
import { FLUX_SHIELD } from '../../kubernetes/objects/metadata.js';

/**
 * The object that stands for the Canary's service with a traffic provider, and bears its name.
 *
 * Labels and annotations of `service.apex` are kept as they shall be, and GitOps tools are told to leave the object
 * alone; what else somebody has put there stays. An object that was there before doesn't become the Canary's.
 *
 * @param current as it is; undefined where it has to be made
 */
export function apexObject(
  canary: Canary,
  type: ResourceType,
  current: KubeObject | undefined,
  spec: object,
): KubeObject {
  const { name, apex } = canary.service;
  const { labels, annotations, ...others } = current?.metadata ?? {
    name,
    namespace: canary.namespace,
    ownerReferences: [canary.owner],
  };
  return {
    ...current,
    apiVersion: type.apiVersion,
    kind: type.kind,
    metadata: {
      ...others,
      labels: { ...labels, ...apex.labels },
      annotations: { ...annotations, ...apex.annotations, ...FLUX_SHIELD },
    },
    spec,
  };
}
