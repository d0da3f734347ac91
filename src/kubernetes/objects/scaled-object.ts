import type { KubeObject } from '../object.js';
import { SCALED_OBJECTS } from '../object.js';
import { primaryAutoscalerName, type AutoscalerType, type AutoscalerWish } from './autoscaler.js';
import { withoutFlux, type StringMap } from './metadata.js';

/** KEDA keeps the target at so many pods while this is there. */
const PAUSED = 'autoscaling.keda.sh/paused-replicas';
/** KEDA writes an object's own name there. */
const OWN_NAME = 'scaledobject.keda.sh/name';
/** What kubectl has applied to the source, it has not applied to the copy. */
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** KEDA would scale a target at zero up again, and so is told not to. */
export const scaledObject: AutoscalerType = {
  type: SCALED_OBJECTS,
  resource: 'scaledobjects.keda.sh',
  desired,
  minReplicas: (source) => (source['spec'] as ScaledObjectSpec).minReplicaCount ?? 0,
  pausing: {
    paused: (source) => withAnnotations(source, { ...source.metadata.annotations, [PAUSED]: '0' }),
    resumed: (source) => withAnnotations(source, without(source.metadata.annotations, [PAUSED])),
  },
};

function desired(source: KubeObject, current: KubeObject | undefined, wish: AutoscalerWish): KubeObject {
  const spec = source['spec'] as ScaledObjectSpec;
  const { [OWN_NAME]: ownName } = current?.metadata.labels ?? {};
  return {
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
      // A primary that is made while the target is paused must not be paused with it.
      annotations: without(withoutFlux(source.metadata.annotations), [PAUSED, APPLIED]),
      ownerReferences: current?.metadata.ownerReferences ?? [wish.owner],
    },
    spec: {
      ...spec,
      scaleTargetRef: { ...spec.scaleTargetRef, name: wish.primary },
      ...(wish.minReplicas === undefined ? {} : { minReplicaCount: wish.minReplicas }),
      ...(wish.maxReplicas === undefined ? {} : { maxReplicaCount: wish.maxReplicas }),
      ...(spec.advanced && { advanced: primaryAdvanced(spec.advanced) }),
      triggers: (spec.triggers ?? []).map((trigger) => primaryTrigger(trigger, wish)),
    },
  };
}

/** Two ScaledObjects can't have one HorizontalPodAutoscaler. */
function primaryAdvanced(advanced: Advanced): Advanced {
  const { horizontalPodAutoscalerConfig: config = {} } = advanced;
  const name = config.name ? { name: `${config.name}-primary` } : {};
  return { ...advanced, horizontalPodAutoscalerConfig: { ...config, ...name } };
}

function primaryTrigger(trigger: Trigger, { queries, target, primary }: AutoscalerWish): Trigger {
  const { metadata = {} } = trigger;
  const { query } = metadata;
  if (Object.keys(queries).length > 0) {
    const own = trigger.name !== undefined && Object.hasOwn(queries, trigger.name) ? queries[trigger.name] : undefined;
    return own === undefined ? trigger : { ...trigger, metadata: { ...metadata, query: own } };
  }
  return query === undefined
    ? trigger
    : { ...trigger, metadata: { ...metadata, query: asked(query, target, primary) } };
}

/**
 * The query with the target's name, and the canary's, replaced by the primary's. Names of which it is only a part stay:
 * of `shop`, neither `web-shop` nor the metric `shop_requests_total` are meant, but the pods `shop-.*` are.
 */
function asked(query: string, target: string, primary: string): string {
  const name = target.replace(/[.]/g, '\\.');
  const whole = new RegExp(`(?<![\\w-])${name}(-canary|-primary)?(?!\\w)`, 'g');
  return query.replace(whole, () => primary);
}

function withAnnotations(object: KubeObject, annotations: StringMap): KubeObject {
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function without(map: StringMap | undefined, keys: readonly string[]): StringMap {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key)));
}

interface ScaledObjectSpec {
  readonly scaleTargetRef: Readonly<Record<string, unknown>>;
  readonly minReplicaCount?: number;
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
