import type { KubeObject, OwnerReference, ResourceType } from '../object.js';

/** What the primary's autoscaler is made from, besides the target's. */
export interface AutoscalerWish {
  readonly namespace: string;
  readonly owner: OwnerReference;
  /** Names of the workloads. */
  readonly target: string;
  readonly primary: string;
  /** Bounds of the primary; undefined means those of the target's. */
  readonly minReplicas: number | undefined;
  readonly maxReplicas: number | undefined;
  /** Queries for the primary by name of the trigger; for a ScaledObject. */
  readonly queries: Readonly<Record<string, string>>;
}

/** A kind of autoscaler, as pure functions of its objects. */
export interface AutoscalerType {
  readonly type: ResourceType;
  /** How the API server names the kind where there is no such object. */
  readonly resource: string;
  /** The primary's autoscaler, from the target's. */
  readonly desired: (source: KubeObject, current: KubeObject | undefined, wish: AutoscalerWish) => KubeObject;
  /** Fewest pods that the target's autoscaler asks for. */
  readonly minReplicas: (source: KubeObject) => number;
  /** The target's autoscaler as it lets a target stay at zero, and back; one that does so by itself has none. */
  readonly pausing?: {
    readonly paused: (source: KubeObject) => KubeObject;
    readonly resumed: (source: KubeObject) => KubeObject;
  };
}

export function primaryAutoscalerName(source: string): string {
  return `${source}-primary`;
}
