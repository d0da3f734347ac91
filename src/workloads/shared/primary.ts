import type { Canary } from '../../crds/canary.js';
import type { OwnerReference } from '../../kube/object.js';
import { withConfigNames } from '../../kubernetes/objects/config-references.js';
import { withoutFlux, withoutOwn, withPrefixes, type StringMap } from '../../kubernetes/objects/metadata.js';
import type { CopyNames } from './copies.js';
import type { PodController, PodKind, PodTemplate } from './pod-controller.js';
import { canonicalJson } from './revision.js';
import { primaryValue, selecting } from './selector.js';
import type { Selector } from './pod-selector.js';

/** Makes each promotion a rolling update, as Flagger does. */
const ROLLOUT_ID = 'flagger-id';

/** The inputs for turning a pod template into the primary's. */
export interface TemplateWish {
  readonly kind: PodKind;
  readonly selector: Selector;
  /** The selector of the existing primary, which is immutable; empty for a new one. */
  readonly selectedBy: StringMap;
  /** The configs whose copies the primary uses, `configmap/<name>` and `secret/<name>`, with the copies' names. */
  readonly copies: CopyNames;
}

export interface PrimaryWish extends TemplateWish {
  readonly name: string;
  readonly namespace: string;
  readonly owner: OwnerReference;
  /** Label and annotation prefixes that are copied from the target. */
  readonly prefixes: readonly string[];
  /** The same for the same promotion, so that repeating it rolls the pods only once. */
  readonly rolloutId: string;
  /** An autoscaler sets the number of replicas. */
  readonly autoscaled: boolean;
}

/** The primary, created from the target for the first time. */
export function newPrimary(target: PodController, wish: PrimaryWish): PodController {
  const { kind, name, namespace } = wish;
  return {
    apiVersion: kind.type.apiVersion,
    kind: kind.type.kind,
    metadata: {
      name,
      namespace,
      labels: labelsOf(target, wish),
      annotations: withoutFlux(target.metadata.annotations),
      ownerReferences: [wish.owner],
    },
    spec: {
      ...copiedSpec(target, kind),
      ...kind.firstSize(target),
      selector: { matchLabels: selecting(wish.selector, primaryValue(wish.selector)) },
      template: primaryTemplate(target, wish, wish.rolloutId),
    },
  };
}

/** The primary with the target's template, as after a promotion. */
export function promotedPrimary(target: PodController, current: PodController, wish: PrimaryWish): PodController {
  return {
    ...current,
    metadata: {
      ...current.metadata,
      labels: labelsOf(target, wish),
      annotations: {
        ...withPrefixes(target.metadata.annotations, wish.prefixes),
        ...ownAnnotations(current.metadata.annotations),
      },
    },
    spec: {
      ...withoutCopied(current, wish.kind),
      ...copiedSpec(target, wish.kind),
      ...(wish.autoscaled ? {} : wish.kind.promotedSize(target)),
      template: primaryTemplate(target, wish, wish.rolloutId),
    },
  };
}

function labelsOf(target: PodController, { prefixes, selector }: PrimaryWish): StringMap {
  return { ...withPrefixes(target.metadata.labels, prefixes), [selector.label]: primaryValue(selector) };
}

/** Annotations of Serinus and of Kubernetes's controllers stay. */
function ownAnnotations(annotations: StringMap | undefined): StringMap {
  const kept = Object.entries(annotations ?? {}).filter(([key]) => OWN_PREFIXES.some((own) => key.startsWith(own)));
  return Object.fromEntries(kept);
}

const OWN_PREFIXES = ['serinus.dev/', 'deployment.kubernetes.io/', 'deprecated.daemonset.template.generation'];

function copiedSpec(target: PodController, kind: PodKind): Readonly<Record<string, unknown>> {
  const given = kind.copied.filter((field) => target.spec[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, target.spec[field]]));
}

/** A workload of the Canary in addition to target and primary. */
export interface BesideWish {
  readonly kind: PodKind;
  readonly name: string;
  readonly selector: Selector;
  /** The value of the selector's label for its pods. */
  readonly value: string;
  readonly annotations: StringMap;
  readonly replicas: number;
  /** The template of its pods, except their labels. */
  readonly template: PodTemplate;
}

/** A workload that runs pods like the primary's, with labels of its own. */
export function besidePrimary({ namespace, owner }: Canary, primary: PodController, wish: BesideWish): PodController {
  const { kind, name, selector, value, annotations, replicas, template } = wish;
  const labels = selecting(selector, value);
  return {
    apiVersion: kind.type.apiVersion,
    kind: kind.type.kind,
    metadata: { name, namespace, labels: { [selector.label]: value }, annotations, ownerReferences: [owner] },
    spec: {
      ...copiedSpec(primary, kind),
      replicas,
      selector: { matchLabels: labels },
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          labels: { ...template.metadata?.labels, ...labels },
          annotations: withoutOwn(template.metadata?.annotations ?? {}),
        },
      },
    },
  };
}

/** The fields that a promotion doesn't change: one that the target no longer has is not among them. */
function withoutCopied({ spec }: PodController, kind: PodKind): PodController['spec'] {
  const kept = Object.entries(spec).filter(([field]) => !kind.copied.includes(field));
  return Object.fromEntries(kept) as PodController['spec'];
}

function primaryTemplate(target: PodController, wish: TemplateWish, rolloutId: string): PodTemplate {
  const { kind, selector, copies } = wish;
  const template = kind.template(target);
  return {
    ...template,
    metadata: {
      ...template.metadata,
      labels: {
        ...withoutFlux(template.metadata?.labels),
        [selector.label]: primaryValue(selector),
        ...wish.selectedBy,
      },
      annotations: { ...withoutFlux(template.metadata?.annotations), [ROLLOUT_ID]: rolloutId },
    },
    spec: kind.primaryPods(withConfigNames(template.spec, copies), selector),
  };
}

/** The target's template as it would be in the primary. */
export function asPrimary(target: PodController, wish: TemplateWish): PodTemplate {
  return withoutRolloutId(primaryTemplate(target, wish, ''));
}

/** Whether the primary already runs what the target's template would become there. */
export function runsSameTemplate(target: PodController, primary: PodController, wish: TemplateWish): boolean {
  return comparable(primaryTemplate(target, wish, '')) === comparable(wish.kind.template(primary));
}

function comparable(template: PodTemplate): string {
  return canonicalJson(withoutRolloutId(template));
}

/** The template regardless of the number of its promotions. */
export function withoutRolloutId(template: PodTemplate): PodTemplate {
  const { [ROLLOUT_ID]: _id, ...annotations } = template.metadata?.annotations ?? {};
  return { ...template, metadata: { ...template.metadata, annotations } };
}
