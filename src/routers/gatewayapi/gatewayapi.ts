import type { Canary } from '../../crds/canary.js';
import { UserError } from '../../errors.js';
import type { KubeObject } from '../../kube/object.js';
import { apexObject } from '../shared/apex.js';
import { cookiesFor } from '../shared/cookies.js';
import type { Blueprint, Wish } from '../shared/object-router.js';
import { cookiesIn } from './affinity.js';
import type { HttpRouteSpec, RouteVersion, Rule } from './http-route.js';
import { complaintOf, verdicts } from './parents.js';
import { isOurs } from './references.js';
import { canaryRules, oneSided, weightsOf } from './rules.js';

export type GatewayApiVersion = 'v1' | 'v1beta1';

/** What depends on the version of the API: the first implementations of v1beta1 drop fields that they don't know. */
const VERSIONS: Readonly<Record<GatewayApiVersion, RouteVersion>> = {
  v1: { extended: true },
  v1beta1: { extended: false },
};

/**
 * The Gateway API: an HTTPRoute, named like the Canary's service, at the Gateways of `service.gatewayRefs`. Rules that
 * lead to none of the Canary's Services are users' own, and stay behind ours.
 */
export function gatewayApi(name: GatewayApiVersion): Blueprint {
  const version = VERSIONS[name];
  const type = { apiVersion: `gateway.networking.k8s.io/${name}`, kind: 'HTTPRoute', plural: 'httproutes' };
  return {
    provider: `gatewayapi:${name}`,
    type,
    name: (canary) => canary.service.name,
    takesOver: true,
    desired: (wish) => apexObject(wish.canary, type, wish.current, specFor(wish, version)),
    reweighed: (current, canary, weights) => {
      const spec = specOf(current);
      return { ...current, spec: { ...spec, rules: oneSided(spec.rules ?? [], canary, weights) } };
    },
    weights: (route, canary) => weightsOf(split(specOf(route), canary).ours, canary),
    ...(version.extended ? { complaint: complaintOf } : {}),
    isSettled(route) {
      const found = verdicts(route);
      return found.length === 0 ? undefined : found.every(({ ready }) => ready);
    },
  };
}

function specFor({ canary, current, weights, fence }: Wish, version: RouteVersion): HttpRouteSpec {
  const { gatewayRefs = [], hosts } = canary.service;
  if (gatewayRefs.length === 0) {
    throw new UserError('GatewayRefs must be specified when using Gateway API as a provider.');
  }
  const { hostnames: _hosts, rules: _rules, ...others } = specOf(current);
  const { ours, theirs } = split(specOf(current), canary);
  const { primary, ...cookies } = cookiesFor(canary, weights, cookiesIn(ours, canary), fence);
  const kept = version.extended ? { ...cookies, primary } : cookies;
  return {
    ...others,
    parentRefs: gatewayRefs,
    ...(hosts.length === 0 ? {} : { hostnames: hosts }),
    rules: [...canaryRules(canary, weights, kept, version), ...theirs],
  };
}

function split({ rules = [] }: HttpRouteSpec, canary: Canary): { ours: readonly Rule[]; theirs: readonly Rule[] } {
  return { ours: rules.filter((r) => isOurs(r, canary)), theirs: rules.filter((r) => !isOurs(r, canary)) };
}

function specOf(route: KubeObject | undefined): HttpRouteSpec {
  return (route?.['spec'] ?? {}) as HttpRouteSpec;
}
