import type { KubeObject } from '../../kube/object.js';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../kube/object.js';
import { primaryAutoscalerName, withBounds, type AutoscalerType, type AutoscalerWish } from './autoscaler.js';
import { withoutFlux } from './metadata.js';

const BOUNDS = { minReplicas: 'minReplicas', maxReplicas: 'maxReplicas' } as const;

/** Kubernetes disables it by itself while its target is at zero. */
export const horizontalPodAutoscaler: AutoscalerType = {
  type: HORIZONTAL_POD_AUTOSCALERS,
  resource: 'horizontalpodautoscalers.autoscaling',
  desired,
  withOwn: (source, current, wish) => withBounds(source, current, wish, BOUNDS),
  minReplicas: (source) => (source['spec'] as HpaSpec).minReplicas ?? 1,
  maxReplicas: (source) => (source['spec'] as HpaSpec).maxReplicas,
};

function desired(source: KubeObject, current: KubeObject | undefined, wish: AutoscalerWish): KubeObject {
  const spec = source['spec'] as HpaSpec;
  const made = {
    ...current,
    apiVersion: HORIZONTAL_POD_AUTOSCALERS.apiVersion,
    kind: HORIZONTAL_POD_AUTOSCALERS.kind,
    metadata: {
      ...current?.metadata,
      name: primaryAutoscalerName(source.metadata.name),
      namespace: wish.namespace,
      labels: withoutFlux(source.metadata.labels),
      ownerReferences: current?.metadata.ownerReferences ?? [wish.owner],
    },
    spec: {
      ...spec,
      scaleTargetRef: { ...spec.scaleTargetRef, name: wish.primary },
    },
  };
  return withBounds(source, made, wish, BOUNDS);
}

interface HpaSpec {
  readonly scaleTargetRef: Readonly<Record<string, unknown>>;
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly [field: string]: unknown;
}
