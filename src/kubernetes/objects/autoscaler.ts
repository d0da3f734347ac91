import type { KubeObject, OwnerReference, ResourceType } from '../../kube/object.js';

/** What the primary's autoscaler is made from, in addition to the target's. */
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
  /** The kind's plural name, for the API server, where no such object exists. */
  readonly resource: string;
  /** The primary's autoscaler, from the target's. */
  readonly desired: (source: KubeObject, current: KubeObject | undefined, wish: AutoscalerWish) => KubeObject;
  /**
   * The primary's autoscaler with the values that the Canary itself sets, and nothing else of the target's: a value
   * that the Canary no longer sets comes from the target again.
   */
  readonly withOwn: (source: KubeObject, current: KubeObject, wish: AutoscalerWish) => KubeObject;
  /** Fewest pods according to the target's autoscaler. */
  readonly minReplicas: (source: KubeObject) => number;
  /** Most pods that an autoscaler allows; undefined where it sets no limit. */
  readonly maxReplicas: (source: KubeObject) => number | undefined;
  /**
   * Changes to the target's autoscaler that let a target stay at zero, and back; undefined for kinds that do so by
   * themselves.
   */
  readonly pausing?: {
    readonly paused: (source: KubeObject) => KubeObject;
    readonly resumed: (source: KubeObject) => KubeObject;
  };
}

export function primaryAutoscalerName(source: string): string {
  return `${source}-primary`;
}

/** On the primary's autoscaler: the bounds that the Canary has set. */
export const OWN_BOUNDS = 'serinus.dev/own-bounds';
const BOUNDS = ['minReplicas', 'maxReplicas'] as const;

type BoundFields = Readonly<Record<(typeof BOUNDS)[number], string>>;

/**
 * The autoscaler with the bounds that the Canary sets, and a note of them; bounds that it has set before and no longer
 * sets come from the target.
 *
 * @param fields of the spec, where this kind of autoscaler has its bounds
 */
export function withBounds(
  source: KubeObject,
  object: KubeObject,
  wish: AutoscalerWish,
  fields: BoundFields,
): KubeObject {
  const { [OWN_BOUNDS]: noted, ...annotations } = object.metadata.annotations ?? {};
  const before = noted?.split(',') ?? [];
  const own = BOUNDS.filter((bound) => wish[bound] !== undefined);
  const from = (source['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  const spec: Record<string, unknown> = { ...(object['spec'] as object) };
  for (const bound of BOUNDS) {
    const field = fields[bound];
    if (wish[bound] !== undefined) spec[field] = wish[bound];
    else if (!before.includes(bound)) continue;
    else if (from[field] === undefined) delete spec[field];
    else spec[field] = from[field];
  }
  if (noted === undefined && own.length === 0) return { ...object, spec };
  const annotated = own.length === 0 ? annotations : { ...annotations, [OWN_BOUNDS]: own.join(',') };
  return { ...object, metadata: { ...object.metadata, annotations: annotated }, spec };
}
