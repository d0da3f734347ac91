import type { Audience, Canary } from '../../crds/canary.js';
import { ALL_TO_PRIMARY, type Weights } from '../../domain/weights.js';
import { audiencesOf, regexOf, type TextMatch } from '../shared/audience.js';
import { destinationOf, division, divisionOf } from './destinations.js';
import type { HttpMatch, HttpRoute } from './objects.js';

/** The routes of an HTTP service, of which the first that fits a request is taken. */
export function httpRoutes(canary: Canary, weights: Weights): readonly HttpRoute[] {
  const { match = [] } = canary.service;
  const audiences = weights.everybody ? [] : audiencesOf(canary);
  const divided = routeOf(canary, match, weights);
  if (audiences.length === 0) return [divided];
  return [
    routeOf(canary, combined(audiences.map(conditionOf), match, narrowed), weights),
    { ...routeOf(canary, match, ALL_TO_PRIMARY), route: [division(canary, ALL_TO_PRIMARY)[0]] },
  ];
}

/** How the routes divide the requests; undefined where they don't do it in a way we know. */
export function httpWeights(routes: readonly HttpRoute[], canary: Canary): Weights | undefined {
  const found = divisionOf(routes, canary);
  if (!found) return undefined;
  const mirrored = routes.some(({ mirror }) => mirror?.host === canary.service.canaryName);
  // Without an audience before it, the canary serves everybody.
  const everybody = canary.analysis.match.length > 0 && routes.length === 1 && found.canary === 100;
  return { ...found, ...(mirrored ? { mirrored } : {}), ...(everybody ? { everybody } : {}) };
}

function routeOf(canary: Canary, match: readonly HttpMatch[], weights: Weights): HttpRoute {
  const { rewrite, timeout, retries, corsPolicy, headers } = canary.service;
  return {
    ...(match.length > 0 ? { match } : {}),
    ...(rewrite ? { rewrite: rewriteOf(rewrite) } : {}),
    ...(timeout ? { timeout } : {}),
    ...(retries ? { retries } : {}),
    ...(corsPolicy ? { corsPolicy } : {}),
    ...(headers ? { headers } : {}),
    ...(weights.mirrored ? mirrorOf(canary) : {}),
    route: division(canary, weights),
  };
}

/** Without a percentage, all requests are copied. */
function mirrorOf(canary: Canary): Pick<HttpRoute, 'mirror' | 'mirrorPercentage'> {
  const { mirrorWeight } = canary.analysis;
  const mirror = destinationOf(canary, canary.service.canaryName);
  return mirrorWeight < 100 ? { mirror, mirrorPercentage: { value: mirrorWeight } } : { mirror };
}

/** What there is besides is for other traffic providers. */
function rewriteOf({ uri, authority }: NonNullable<Canary['service']['rewrite']>): object {
  return { ...(uri === undefined ? {} : { uri }), ...(authority === undefined ? {} : { authority }) };
}

/** Each of the one with each of the other, since any of either will do. */
function combined(
  ours: readonly HttpMatch[],
  match: readonly HttpMatch[],
  combine: (service: HttpMatch, own: HttpMatch) => HttpMatch,
): readonly HttpMatch[] {
  return match.length === 0 ? ours : ours.flatMap((own) => match.map((service) => combine(service, own)));
}

/** What the audience says of headers, query or labels is said instead of what the service says of them. */
function narrowed(service: HttpMatch, audience: HttpMatch): HttpMatch {
  return { ...service, ...audience };
}

function conditionOf({ headers, queryParams, sourceLabels }: Audience): HttpMatch {
  return {
    ...(headers ? { headers: mapped(headers) } : {}),
    ...(queryParams ? { queryParams } : {}),
    ...(sourceLabels ? { sourceLabels } : {}),
  };
}

/** Istio knows no ends of a value, and would take one for no condition at all. */
function mapped(headers: Readonly<Record<string, TextMatch>>): NonNullable<HttpMatch['headers']> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, text.suffix === undefined ? text : { regex: regexOf(text) }]),
  );
}
