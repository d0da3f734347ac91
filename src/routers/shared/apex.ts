import type { Canary } from '../../crds/canary.js';
import type { KubeObject, ResourceType } from '../../kube/object.js';
import { FLUX_SHIELD } from '../../kubernetes/objects/metadata.js';

/**
 * The provider's object for the Canary's service, with the service's name.
 *
 * Labels and annotations of `service.apex` are kept as they shall be, and an annotation makes GitOps tools leave the
 * object alone; other labels and annotations stay. An existing object doesn't become the Canary's.
 *
 * @param current as it is; undefined where it must be created
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
