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
 * The routes of an HTTP service, of which the first that fits a request is taken: clients that are kept where they
 * are, then those who are divided, and behind the audience of an A/B test everybody else.
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

/** How the routes divide the requests; undefined where they don't do it in a way we know. */
export function httpWeights(routes: readonly HttpRoute[], canary: Canary): Weights | undefined {
  const weighted = dividing(routes, canary.service);
  const found = weighted && divisionIn(weighted, canary.service);
  if (!found) return undefined;
  const mirrored = weighted.mirror?.host === canary.service.canaryName;
  const { match } = canary.analysis;
  const forOthers = !isDeepStrictEqual(weighted.match, forAudience(match, canary.service.match ?? []));
  // With no audience before it, the canary serves everybody. If it is only gone that others are led elsewhere, it isn't.
  const everybody = match.length > 0 && forOthers && routes.at(-1) === weighted && found.canary > 0;
  return { ...found, ...(mirrored ? { mirrored } : {}), ...(everybody ? { everybody } : {}) };
}

/** What all routes have in common, by the Canary's `service`. */
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

/** What there is besides is for other traffic providers. */
function rewriteOf({ uri, authority }: NonNullable<Canary['service']['rewrite']>): object {
  return { ...(uri === undefined ? {} : { uri }), ...(authority === undefined ? {} : { authority }) };
}

/** Without a percentage, all requests are copied. */
function mirrorOf(canary: Canary): Pick<HttpRoute, 'mirror' | 'mirrorPercentage'> {
  const { mirrorWeight } = canary.analysis;
  const mirror = destinationOf(canary, canary.service.canaryName);
  return mirrorWeight < 100 ? { mirror, mirrorPercentage: { value: mirrorWeight } } : { mirror };
}
