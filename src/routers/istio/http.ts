import { isDeepStrictEqual } from 'node:util';
import type { Canary } from '../../crds/canary.js';
import { ALL_TO_PRIMARY, type Weights } from '../../domain/weights.js';
import { audiencesOf } from '../shared/audience.js';
import type { Cookies } from '../shared/cookies.js';
import { divisionWithCookies, stickyRoutes } from './affinity.js';
import { forAudience } from './conditions.js';
import { destinationOf, dividing, division, divisionIn } from './destinations.js';
import type { HttpRoute } from './objects.js';

/**
 * The routes of an HTTP service, of which Istio takes the first that matches: clients that stay where they are, then
 * those who are divided, and behind the audience of an A/B test all others.
 */
export function httpRoutes(canary: Canary, weights: Weights, cookies: Cookies): readonly HttpRoute[] {
  const base = serviceRoute(canary);
  const audiences = weights.everybody ? [] : audiencesOf(canary);
  const match = audiences.length === 0 ? base.match : forAudience(audiences, base.match ?? []);
  return [
    ...stickyRoutes(canary, cookies, base),
    {
      ...base,
      ...(match ? { match } : {}),
      ...(weights.mirrored ? mirrorOf(canary) : {}),
      route: divisionWithCookies(canary, weights, cookies),
    },
    ...(audiences.length === 0 ? [] : [{ ...base, route: [division(canary, ALL_TO_PRIMARY)[0]] }]),
  ];
}

/** How the routes divide the requests; undefined where they do it in an unknown way. */
export function httpWeights(routes: readonly HttpRoute[], canary: Canary): Weights | undefined {
  const weighted = dividing(routes, canary.service);
  const found = weighted && divisionIn(weighted, canary.service);
  if (!found) return undefined;
  const mirrored = weighted.mirror?.host === canary.service.canaryName;
  const { match } = canary.analysis;
  const forOthers = !isDeepStrictEqual(weighted.match, forAudience(match, canary.service.match ?? []));
  // Without an audience before it, the canary serves everybody, unless the routes of the others are just missing.
  const everybody = match.length > 0 && forOthers && routes.at(-1) === weighted && found.canary > 0;
  return { ...found, ...(mirrored ? { mirrored } : {}), ...(everybody ? { everybody } : {}) };
}

/** The common part of all routes, from the Canary's `service`. */
function serviceRoute({ service }: Canary): HttpRoute {
  const { match = [], rewrite, timeout, retries, corsPolicy, headers } = service;
  return {
    ...(match.length > 0 ? { match } : {}),
    ...(rewrite ? { rewrite: rewriteOf(rewrite) } : {}),
    ...(timeout ? { timeout } : {}),
    ...(retries ? { retries } : {}),
    ...(corsPolicy ? { corsPolicy } : {}),
    ...(headers ? { headers } : {}),
  };
}

/** Other fields are for other traffic providers. */
function rewriteOf({ uri, authority }: NonNullable<Canary['service']['rewrite']>): object {
  return { ...(uri === undefined ? {} : { uri }), ...(authority === undefined ? {} : { authority }) };
}

/** Without a percentage, all requests are copied. */
function mirrorOf(canary: Canary): Pick<HttpRoute, 'mirror' | 'mirrorPercentage'> {
  const { mirrorWeight } = canary.analysis;
  const mirror = destinationOf(canary, canary.service.canaryName);
  return mirrorWeight < 100 ? { mirror, mirrorPercentage: { value: mirrorWeight } } : { mirror };
}
