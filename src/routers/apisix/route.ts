import type { Canary } from '../../crds/canary.js';
import { UserError } from '../../errors.js';
import type { KubeObject, ResourceType } from '../../kube/object.js';
import type { Blueprint, Wish } from '../shared/object-router.js';
import type { HttpRule, RouteSpec } from './objects.js';
import { rulesOf, sourceIn, weightsOf, type Source } from './rules.js';
import { isRouteSettled } from './settled.js';

export const APISIX_ROUTES: ResourceType = {
  apiVersion: 'apisix.apache.org/v2',
  kind: 'ApisixRoute',
  plural: 'apisixroutes',
};

/**
 * Apache APISIX with its ingress controller. From the user's ApisixRoute (`spec.routeRef`) a second one is generated,
 * `<route>-<service>-canary`, which holds only the rule that leads to the Canary's service, with primary and canary as
 * its weighted backends, and rules derived from it for an audience, for kept sessions or for mirroring.
 */
export const apisix: Blueprint = {
  provider: 'apisix',
  type: APISIX_ROUTES,
  name: (canary) => `${sourceName(canary)}-${canary.service.name}-canary`,
  source: { name: sourceName, missing },
  desired,
  reweighed: (current, canary, weights) => ofOwnSource(current, canary, (source) => rulesOf(canary, source, weights)),
  weights: (route, canary) => weightsOf(canary, rulesIn(route)),
  isSettled: isRouteSettled,
  // It is deleted with its owner, and so is the primary, in an unknown order. Until then it leads where the user's own
  // route leads.
  givenBack: (current, canary) => ofOwnSource(current, canary, (source) => [usersRule(canary, source)]),
};

function sourceName(canary: Canary): string {
  if (!canary.routeRef) throw new UserError('apisix route selector is empty, set spec.routeRef to the ApisixRoute');
  return canary.routeRef.name;
}

function missing(canary: Canary): string {
  const name = sourceName(canary);
  return `apisix route ${name}.${canary.namespace} get query error: apisixroutes.apisix.apache.org "${name}" not found, create it or correct spec.routeRef.name`;
}

/**
 * The route of the Canary, from the user's: that one rule, and those derived from it. The source's other fields are
 * kept.
 */
function desired({ canary, source, current, weights }: Wish): KubeObject {
  if (!source) throw new UserError(missing(canary));
  const { http: _rules, ...rest } = (source['spec'] ?? {}) as RouteSpec;
  return {
    ...current,
    apiVersion: APISIX_ROUTES.apiVersion,
    kind: APISIX_ROUTES.kind,
    metadata: current?.metadata ?? {
      name: apisix.name(canary),
      namespace: canary.namespace,
      labels: source.metadata.labels,
      annotations: source.metadata.annotations,
      ownerReferences: [canary.owner],
    },
    spec: { ...rest, http: rulesOf(canary, sourceOf(canary, source), weights) },
  };
}

/** The first rule that leads to the Canary's service, and its only backend. */
function sourceOf(canary: Canary, source: KubeObject): Source {
  const name = `${source.metadata.name}.${canary.namespace}`;
  const http = rulesIn(source);
  if (http.length === 0) throw new UserError(`APISIX route ${name}'s spec.http is empty`);
  const rule = http.find((r) => r.backends?.some((b) => b.serviceName === canary.service.name));
  if (!rule) throw new UserError(`Can not find ${canary.service.name} backend on apisix route ${name} `);
  const [backend, ...others] = rule.backends ?? [];
  if (!backend || others.length > 0) {
    throw new UserError(
      `apisix route ${name} rule ${rule.name} has ${others.length + 1} backends: only one http backend is supported`,
    );
  }
  return { rule, backend };
}

/** The generated route with other rules, without reading the user's, which may be missing. */
function ofOwnSource(route: KubeObject, canary: Canary, rules: (source: Source) => readonly HttpRule[]): KubeObject {
  const source = sourceIn(canary, rulesIn(route));
  return source ? { ...route, spec: { ...(route['spec'] as RouteSpec), http: rules(source) } } : route;
}

function usersRule(canary: Canary, { rule, backend }: Source): HttpRule {
  return { ...rule, backends: [{ ...backend, serviceName: canary.service.name }] };
}

function rulesIn(route: KubeObject): readonly HttpRule[] {
  return ((route['spec'] ?? {}) as RouteSpec).http ?? [];
}
