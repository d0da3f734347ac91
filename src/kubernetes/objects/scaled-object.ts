import type { KubeObject } from '../../kube/object.js';
import { SCALED_OBJECTS } from '../../kube/object.js';
import { primaryAutoscalerName, withBounds, type AutoscalerType, type AutoscalerWish } from './autoscaler.js';
import { withoutFlux, type StringMap } from './metadata.js';
import { primaryQuery } from './scaler-query.js';

/** KEDA keeps the target at so many pods while this annotation is present. */
const PAUSED = 'autoscaling.keda.sh/paused-replicas';
/**
 * KEDA's instructions for one object, `paused`, `paused-scale-in` and the like: those for the target aren't copied to
 * the primary.
 */
const ORDERS = 'autoscaling.keda.sh/';
/** KEDA writes an object's own name there. */
const OWN_NAME = 'scaledobject.keda.sh/name';
/** The last configuration that kubectl applied to the source doesn't belong on the copy. */
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const OWN_MARKS = 'serinus.dev/';

const BOUNDS = { minReplicas: 'minReplicaCount', maxReplicas: 'maxReplicaCount' } as const;

/** KEDA would scale a target at zero up again, so it is paused. */
export const scaledObject: AutoscalerType = {
  type: SCALED_OBJECTS,
  resource: 'scaledobjects.keda.sh',
  desired,
  withOwn,
  minReplicas: (source) => (source['spec'] as ScaledObjectSpec).minReplicaCount ?? 0,
  maxReplicas: (source) => (source['spec'] as ScaledObjectSpec).maxReplicaCount,
  pausing: {
    paused: (source) => withAnnotations(source, { ...source.metadata.annotations, [PAUSED]: '0' }),
    resumed: (source) => withAnnotations(source, without(source.metadata.annotations, [PAUSED])),
  },
};

function desired(source: KubeObject, current: KubeObject | undefined, wish: AutoscalerWish): KubeObject {
  const spec = source['spec'] as ScaledObjectSpec;
  const { [OWN_NAME]: ownName } = current?.metadata.labels ?? {};
  const made = {
    ...current,
    apiVersion: SCALED_OBJECTS.apiVersion,
    kind: SCALED_OBJECTS.kind,
    metadata: {
      ...current?.metadata,
      name: primaryAutoscalerName(source.metadata.name),
      namespace: wish.namespace,
      labels: {
        ...without(withoutFlux(source.metadata.labels), [OWN_NAME]),
        ...(ownName === undefined ? {} : { [OWN_NAME]: ownName }),
      },
      annotations: {
        ...matching(current?.metadata.annotations, (key) => key.startsWith(ORDERS) || key.startsWith(OWN_MARKS)),
        // A primary that is created while the target is paused must not be paused with it.
        ...matching(withoutFlux(source.metadata.annotations), (key) => key !== APPLIED && !key.startsWith(ORDERS)),
      },
      ownerReferences: current?.metadata.ownerReferences ?? [wish.owner],
    },
    spec: {
      ...spec,
      scaleTargetRef: { ...spec.scaleTargetRef, name: wish.primary },
      ...(spec.advanced && { advanced: primaryAdvanced(spec.advanced) }),
      triggers: (spec.triggers ?? []).map((trigger) => primaryTrigger(trigger, wish)),
    },
  };
  return withBounds(source, made, wish, BOUNDS);
}

/** Its bounds, and the queries of the triggers that the Canary names. */
function withOwn(source: KubeObject, current: KubeObject, wish: AutoscalerWish): KubeObject {
  const spec = current['spec'] as ScaledObjectSpec;
  const isNamed = ({ name }: Trigger): boolean => name !== undefined && Object.hasOwn(wish.queries, name);
  const asks = spec.triggers?.some(isNamed) ?? false;
  const triggers = spec.triggers?.map((trigger) => (isNamed(trigger) ? primaryTrigger(trigger, wish) : trigger));
  return withBounds(source, asks ? { ...current, spec: { ...spec, triggers } } : current, wish, BOUNDS);
}

/** Two ScaledObjects can't have one HorizontalPodAutoscaler. */
function primaryAdvanced(advanced: Advanced): Advanced {
  const { horizontalPodAutoscalerConfig: config = {} } = advanced;
  const name = config.name ? { name: `${config.name}-primary` } : {};
  return { ...advanced, horizontalPodAutoscalerConfig: { ...config, ...name } };
}

function primaryTrigger(trigger: Trigger, wish: AutoscalerWish): Trigger {
  const { queries } = wish;
  const { metadata = {} } = trigger;
  const { query } = metadata;
  if (Object.keys(queries).length > 0) {
    const own = trigger.name !== undefined && Object.hasOwn(queries, trigger.name) ? queries[trigger.name] : undefined;
    return own === undefined ? trigger : { ...trigger, metadata: { ...metadata, query: own } };
  }
  return query === undefined ? trigger : { ...trigger, metadata: { ...metadata, query: primaryQuery(query, wish) } };
}

function withAnnotations(object: KubeObject, annotations: StringMap): KubeObject {
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function without(map: StringMap | undefined, keys: readonly string[]): StringMap {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key)));
}

function matching(map: StringMap | undefined, fits: (key: string) => boolean): StringMap {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => fits(key)));
}

interface ScaledObjectSpec {
  readonly scaleTargetRef: Readonly<Record<string, unknown>>;
  readonly minReplicaCount?: number;
  readonly maxReplicaCount?: number;
  readonly advanced?: Advanced;
  readonly triggers?: readonly Trigger[];
  readonly [field: string]: unknown;
}

interface Advanced {
  readonly horizontalPodAutoscalerConfig?: { readonly name?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

interface Trigger {
  readonly name?: string;
  readonly metadata?: StringMap;
  readonly [field: string]: unknown;
}
