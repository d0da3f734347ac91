import type { KubeObject, OwnerReference } from '../object.js';
import { HORIZONTAL_POD_AUTOSCALERS } from '../object.js';
import { withoutFlux } from './metadata.js';

/** What the primary's autoscaler is made from. */
export interface AutoscalerWish {
  readonly namespace: string;
  readonly owner: OwnerReference;
  /** Name of the primary workload. */
  readonly primary: string;
  readonly minReplicas?: number | undefined;
  readonly maxReplicas?: number | undefined;
}

export function primaryAutoscalerName(source: string): string {
  return `${source}-primary`;
}

/**
 * The primary's HorizontalPodAutoscaler, from the target's.
 *
 * @param current kept as it is where `update` is false: the source's changes become the primary's by a release only
 */
export function desiredAutoscaler(
  source: KubeObject,
  current: KubeObject | undefined,
  wish: AutoscalerWish,
  update: boolean,
): KubeObject {
  if (current !== undefined && !update) return current;
  const spec = source['spec'] as HpaSpec;
  return {
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
      ...(wish.minReplicas === undefined ? {} : { minReplicas: wish.minReplicas }),
      ...(wish.maxReplicas === undefined ? {} : { maxReplicas: wish.maxReplicas }),
    },
  };
}

interface HpaSpec {
  readonly scaleTargetRef: Readonly<Record<string, unknown>>;
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly [field: string]: unknown;
}
