import { z } from 'zod';
import type { Canary } from '../../crds/canary.js';
import { jsonIn } from '../../domain/json.js';
import { UserError } from '../../errors.js';
import type { KubeObject, ResourceType } from '../../kube/object.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';
import type { Blueprint } from './object-router.js';

export const INGRESSES: ResourceType = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', plural: 'ingresses' };

export interface IngressSpec {
  readonly rules?: readonly IngressRule[];
  readonly [field: string]: unknown;
}

interface IngressRule {
  readonly http?: { readonly paths?: readonly IngressPath[]; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface IngressPath {
  readonly backend?: {
    readonly service?: { readonly name?: string; readonly [field: string]: unknown };
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** The users' Ingress, which leads to the primary's Service and stays as it is. */
export const ingressSource: NonNullable<Blueprint['source']> = {
  name: sourceName,
  missing: (canary) => {
    const name = sourceName(canary);
    return `ingress ${name}.${canary.namespace} get query error: ingresses.networking.k8s.io "${name}" not found, create it or correct spec.ingressRef.name`;
  },
};

/** Name of the Ingress that is generated from it. */
export function canaryIngressName(canary: Canary): string {
  return `${sourceName(canary)}-canary`;
}

function sourceName(canary: Canary): string {
  if (!canary.ingressRef) throw new UserError('ingress selector is empty, set spec.ingressRef to the Ingress');
  return canary.ingressRef.name;
}

/**
 * The spec of the users' Ingress with each path to the Canary's service replaced.
 *
 * @throws UserError where there is no such path
 */
export function withPaths(
  canary: Canary,
  source: KubeObject,
  replace: (path: IngressPath) => readonly IngressPath[],
): IngressSpec {
  const spec = (source['spec'] ?? {}) as IngressSpec;
  const leadsToUs = (path: IngressPath): boolean => path.backend?.service?.name === canary.service.name;
  const all = (spec.rules ?? []).flatMap((rule) => rule.http?.paths ?? []);
  if (!all.some(leadsToUs)) {
    throw new UserError(`backend ${canary.service.name} not found in ingress ${source.metadata.name}`);
  }
  return { ...spec, rules: spec.rules?.map(ruleWith) };

  function ruleWith(rule: IngressRule): IngressRule {
    if (!rule.http?.paths) return rule;
    return {
      ...rule,
      http: { ...rule.http, paths: rule.http.paths.flatMap((p) => (leadsToUs(p) ? replace(p) : [p])) },
    };
  }
}

/** The same path, leading to another Service at the same port. */
export function leadingTo(path: IngressPath, service: string): IngressPath {
  return { ...path, backend: { ...path.backend, service: { ...path.backend?.service, name: service } } };
}

/** Labels and annotations. */
export interface Metadata {
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/**
 * Metadata of the users' Ingress and of ours together. Keys removed there are removed here, too, if they came from
 * there; keys that somebody has added here stay.
 *
 * @param isLeftOut annotations of the users' Ingress that ours doesn't get
 */
export function withMetadataOf(
  source: KubeObject,
  current: KubeObject | undefined,
  isLeftOut: (key: string) => boolean,
): Metadata & { readonly copied: Metadata } {
  const { labels: ours = {}, annotations: present = {} } = current?.metadata ?? {};
  const before = copiedIn(present);
  const copied: Metadata = {
    labels: source.metadata.labels ?? {},
    annotations: without(
      source.metadata.annotations,
      (key) => isLeftOut(key) || key === LAST_APPLIED || key === COPIED,
    ),
  };
  const memo = formatCopied(copied);
  return {
    copied,
    labels: { ...without(ours, (key) => before.labels.includes(key)), ...copied.labels },
    annotations: {
      ...without(present, (key) => key === COPIED || before.annotations.includes(key)),
      ...copied.annotations,
      ...(memo === undefined ? {} : { [COPIED]: memo }),
    },
  };
}

/** On ours: the labels and annotations that come from the users' Ingress. */
export const COPIED = 'serinus.dev/copied';

function formatCopied({ labels, annotations }: Metadata): string | undefined {
  const names = { labels: Object.keys(labels).sort(), annotations: Object.keys(annotations).sort() };
  return names.labels.length + names.annotations.length === 0 ? undefined : JSON.stringify(names);
}

const copiedSchema = z.object({ labels: z.array(z.string()), annotations: z.array(z.string()) });

/** Unknown for an Ingress of an earlier version or of Flagger, so none of its keys are removed. */
function copiedIn(annotations: StringMap): z.infer<typeof copiedSchema> {
  const { data } = copiedSchema.safeParse(jsonIn(annotations[COPIED]));
  return data ?? { labels: [], annotations: [] };
}

/** The whole object, from its parts. */
export function ingressOf(
  canary: Canary,
  current: KubeObject | undefined,
  parts: Metadata & { readonly spec: IngressSpec },
): KubeObject {
  const { labels, annotations, spec } = parts;
  return {
    ...current,
    apiVersion: INGRESSES.apiVersion,
    kind: INGRESSES.kind,
    metadata: current
      ? { ...current.metadata, labels, annotations }
      : {
          name: canaryIngressName(canary),
          namespace: canary.namespace,
          labels,
          annotations,
          ownerReferences: [canary.owner],
        },
    spec,
  };
}

/** `kubectl apply`'s last configuration of the users' Ingress would be wrong on ours. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Annotations except for certain keys. */
export function without(annotations: StringMap | undefined, isLeftOut: (key: string) => boolean): StringMap {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !isLeftOut(key)));
}
