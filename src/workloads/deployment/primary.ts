import type { OwnerReference } from '../../kubernetes/object.js';
import { DEPLOYMENTS } from '../../kubernetes/object.js';
import { withCopiedConfigs } from '../../kubernetes/objects/config-references.js';
import { withoutFlux, withPrefixes, type StringMap } from '../../kubernetes/objects/metadata.js';
import { withPrimaryAffinity } from './affinity.js';
import { canonicalJson } from './revision.js';
import { primaryValue, type Selector } from './selector.js';
import type { Deployment, PodTemplate } from './types.js';

/** Makes each promotion a rolling update, as Flagger does. */
export const ROLLOUT_ID = 'flagger-id';
/** Set while a promotion is under way: which revision the primary ran before. */
export const PROMOTED_FROM = 'serinus.dev/promoted-from';

export interface PrimaryWish {
  readonly name: string;
  readonly namespace: string;
  readonly owner: OwnerReference;
  readonly selector: Selector;
  readonly selectorLabels: readonly string[];
  /** Label and annotation prefixes that are taken over from the target. */
  readonly prefixes: readonly string[];
  /** `configmap/<name>` and `secret/<name>` of which the primary uses copies. */
  readonly tracked: ReadonlySet<string>;
  /** The same for the same promotion, so that carrying it out twice rolls the pods once. */
  readonly rolloutId: string;
  /** An autoscaler sets the number of replicas. */
  readonly autoscaled: boolean;
}

/** The primary, made from the target for the first time. */
export function newPrimary(target: Deployment, wish: PrimaryWish): Deployment {
  const { label } = wish.selector;
  const replicas = target.spec.replicas ?? 1;
  return {
    apiVersion: DEPLOYMENTS.apiVersion,
    kind: DEPLOYMENTS.kind,
    metadata: {
      name: wish.name,
      namespace: wish.namespace,
      labels: { ...withPrefixes(target.metadata.labels, wish.prefixes), [label]: primaryValue(wish.selector) },
      annotations: withoutFlux(target.metadata.annotations),
      ownerReferences: [wish.owner],
    },
    spec: {
      ...copiedSpec(target),
      replicas: replicas > 0 ? replicas : 1,
      selector: { matchLabels: { [label]: primaryValue(wish.selector) } },
      template: primaryTemplate(target, wish),
    },
  };
}

/** The primary with the target's template, as a promotion leaves it. */
export function promotedPrimary(
  target: Deployment,
  current: Deployment,
  wish: PrimaryWish,
  promotedFrom: string,
): Deployment {
  const { label } = wish.selector;
  return {
    ...current,
    metadata: {
      ...current.metadata,
      labels: { ...withPrefixes(target.metadata.labels, wish.prefixes), [label]: primaryValue(wish.selector) },
      annotations: {
        ...ownAnnotations(current.metadata.annotations),
        ...withPrefixes(target.metadata.annotations, wish.prefixes),
        [PROMOTED_FROM]: promotedFrom,
      },
    },
    spec: {
      ...current.spec,
      ...copiedSpec(target),
      ...(wish.autoscaled ? {} : { replicas: target.spec.replicas ?? 1 }),
      template: primaryTemplate(target, wish),
    },
  };
}

/** What Serinus and the Deployment controller have written there stays. */
function ownAnnotations(annotations: StringMap | undefined): StringMap {
  const kept = Object.entries(annotations ?? {}).filter(
    ([key]) => key.startsWith('serinus.dev/') || key.startsWith('deployment.kubernetes.io/'),
  );
  return Object.fromEntries(kept);
}

function copiedSpec(target: Deployment): Partial<Deployment['spec']> {
  const { progressDeadlineSeconds, minReadySeconds, revisionHistoryLimit, strategy } = target.spec;
  return {
    ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
    ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    ...(revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

export function primaryTemplate(
  target: Deployment,
  wish: Omit<PrimaryWish, 'owner' | 'prefixes' | 'autoscaled' | 'name' | 'namespace'>,
): PodTemplate {
  const { template } = target.spec;
  const spec = withCopiedConfigs(template.spec, wish.tracked);
  return {
    ...template,
    metadata: {
      ...template.metadata,
      labels: { ...withoutFlux(template.metadata?.labels), [wish.selector.label]: primaryValue(wish.selector) },
      annotations: { ...withoutFlux(template.metadata?.annotations), [ROLLOUT_ID]: wish.rolloutId },
    },
    spec: withPrimaryAffinity(spec, target.metadata.name, wish.selectorLabels),
  };
}

/** Whether the primary already runs what the target's template would make of it. */
export function runsSameTemplate(
  target: Deployment,
  primary: Deployment,
  wish: Omit<PrimaryWish, 'owner' | 'prefixes' | 'autoscaled' | 'name' | 'namespace' | 'rolloutId'>,
): boolean {
  const wanted = primaryTemplate(target, { ...wish, rolloutId: '' });
  return comparable(wanted) === comparable(primary.spec.template);
}

function comparable(template: PodTemplate): string {
  const { [ROLLOUT_ID]: _id, ...annotations } = template.metadata?.annotations ?? {};
  return canonicalJson({ ...template, metadata: { ...template.metadata, annotations } });
}
