import type { Canary } from '../../crds/canary.js';
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

/** The users' Ingress, which leads to the Service of the primary and stays as it is. */
export const ingressSource: NonNullable<Blueprint['source']> = {
  name: sourceName,
  missing: (canary) => {
    const name = sourceName(canary);
    return `ingress ${name}.${canary.namespace} get query error: ingresses.networking.k8s.io "${name}" not found, create it or correct spec.ingressRef.name`;
  },
};

/** The one that is made after it. */
export function canaryIngressName(canary: Canary): string {
  return `${sourceName(canary)}-canary`;
}

function sourceName(canary: Canary): string {
  if (!canary.ingressRef) throw new UserError('ingress selector is empty, set spec.ingressRef to the Ingress');
  return canary.ingressRef.name;
}

/**
 * The spec of the users' Ingress with other paths in the place of each that leads to the Canary's service.
 *
 * @throws UserError where none does
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

/** The whole object, from its parts; metadata that somebody else has added stays. */
export function ingressOf(
  canary: Canary,
  current: KubeObject | undefined,
  parts: { readonly labels: StringMap; readonly annotations: StringMap; readonly spec: IngressSpec },
): KubeObject {
  const { labels, annotations, spec } = parts;
  return {
    ...current,
    apiVersion: INGRESSES.apiVersion,
    kind: INGRESSES.kind,
    metadata: current
      ? { ...current.metadata, labels: { ...current.metadata.labels, ...labels }, annotations }
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

/** What `kubectl apply` was given for the users' Ingress would be a lie on ours. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Annotations but for the keys that are told apart. */
export function without(annotations: StringMap | undefined, isLeftOut: (key: string) => boolean): StringMap {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !isLeftOut(key)));
}
