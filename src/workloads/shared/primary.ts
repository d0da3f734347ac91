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

/** What a pod template is made into the primary's by. */
export interface TemplateWish {
  readonly kind: PodKind;
  readonly selector: Selector;
  /** How the primary that is there selects its pods, which nobody can change; empty where it has to be made. */
  readonly selectedBy: StringMap;
  /** What the primary uses copies of, `configmap/<name>` and `secret/<name>`, and their names. */
  readonly copies: CopyNames;
}

export interface PrimaryWish extends TemplateWish {
  readonly name: string;
  readonly namespace: string;
  readonly owner: OwnerReference;
  /** Label and annotation prefixes that are taken over from the target. */
  readonly prefixes: readonly string[];
  /** The same for the same promotion, so that carrying it out twice rolls the pods once. */
  readonly rolloutId: string;
  /** An autoscaler sets the number of replicas. */
  readonly autoscaled: boolean;
}

/** The primary, made from the target for the first time. */
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

/** The primary with the target's template, as a promotion leaves it. */
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

/** What Serinus and Kubernetes's controllers have written there stays. */
function ownAnnotations(annotations: StringMap | undefined): StringMap {
  const kept = Object.entries(annotations ?? {}).filter(([key]) => OWN_PREFIXES.some((own) => key.startsWith(own)));
  return Object.fromEntries(kept);
}

const OWN_PREFIXES = ['serinus.dev/', 'deployment.kubernetes.io/', 'deprecated.daemonset.template.generation'];

function copiedSpec(target: PodController, kind: PodKind): Readonly<Record<string, unknown>> {
  const given = kind.copied.filter((field) => target.spec[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, target.spec[field]]));
}

/** A workload of the Canary's beside target and primary. */
export interface BesideWish {
  readonly kind: PodKind;
  readonly name: string;
  readonly selector: Selector;
  /** The value of the selector's label by which its pods are distinguished. */
  readonly value: string;
  readonly annotations: StringMap;
  readonly replicas: number;
  /** What its pods are made of, but for their labels. */
  readonly template: PodTemplate;
}

/** A workload that takes over how the primary runs its pods, with labels of its own. */
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

/** What a promotion doesn't touch: a field that the target has no more is none of it. */
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

/** The target's template as the primary would have it. */
export function asPrimary(target: PodController, wish: TemplateWish): PodTemplate {
  return withoutRolloutId(primaryTemplate(target, wish, ''));
}

/** Whether the primary already runs what the target's template would make of it. */
export function runsSameTemplate(target: PodController, primary: PodController, wish: TemplateWish): boolean {
  return comparable(primaryTemplate(target, wish, '')) === comparable(wish.kind.template(primary));
}

function comparable(template: PodTemplate): string {
  return canonicalJson(withoutRolloutId(template));
}

/** What the template is, however often it was promoted. */
export function withoutRolloutId(template: PodTemplate): PodTemplate {
  const { [ROLLOUT_ID]: _id, ...annotations } = template.metadata?.annotations ?? {};
  return { ...template, metadata: { ...template.metadata, annotations } };
}
