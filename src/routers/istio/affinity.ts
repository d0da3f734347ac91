import type { Canary } from '../../crds/canary.js';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, type Weights } from '../../domain/weights.js';
import { cookiePattern, forgetCookie, forgottenBy, pairOf, setCookie, type Cookies } from '../shared/cookies.js';
import { combined } from './conditions.js';
import { division, dividing } from './destinations.js';
import type { HttpMatch, HttpRoute, WeightedDestination } from './objects.js';

/** Flagger's name for the routes of clients that stay; proxies use it in metrics and logs. */
const STICKY = 'sticky-route';
/** The header's name, as Istio spells it in its maps. */
const SET_COOKIE = 'Set-Cookie';

/** The cookies that the routes have now. */
export function cookiesIn(routes: readonly HttpRoute[], { service }: Canary): Cookies {
  const weighted = dividing(routes, service)?.route ?? [];
  const setFor = (host: string) => weighted.find(({ destination }) => destination.host === host)?.headers;
  return {
    canary: pairOf(setFor(service.canaryName)?.response?.add?.[SET_COOKIE]),
    primary: pairOf(setFor(service.primaryName)?.response?.add?.[SET_COOKIE]),
    previous: forgottenBy(routes[0]?.headers?.response?.add?.[SET_COOKIE]),
  };
}

/**
 * The routes of clients that stay where they are, or that lose their cookie; they come before all others.
 *
 * @param base the common part of all routes of the service
 */
export function stickyRoutes(canary: Canary, cookies: Cookies, base: HttpRoute): readonly HttpRoute[] {
  const { sessionAffinity } = canary.analysis;
  const sticky = (pair: string | undefined, weights: Weights): readonly HttpRoute[] =>
    pair === undefined
      ? []
      : [{ name: STICKY, ...base, match: withCookie(pair, base.match ?? []), route: division(canary, weights) }];
  const forgetting = sticky(cookies.previous, ALL_TO_PRIMARY).map((route) =>
    sessionAffinity && cookies.previous
      ? { ...route, headers: adding(route.headers, forgetCookie(cookies.previous, sessionAffinity)) }
      : route,
  );
  return [...forgetting, ...sticky(cookies.canary, ALL_TO_CANARY), ...sticky(cookies.primary, ALL_TO_PRIMARY)];
}

/** Primary and canary, each setting the cookie that keeps its clients. */
export function divisionWithCookies(
  canary: Canary,
  weights: Weights,
  cookies: Cookies,
): readonly WeightedDestination[] {
  const { sessionAffinity, intervalSeconds } = canary.analysis;
  const [primary, own, ...others] = division(canary, weights);
  const giving = (to: WeightedDestination, pair: string | undefined, maxAge: number): WeightedDestination =>
    pair !== undefined && sessionAffinity
      ? { ...to, headers: adding(undefined, setCookie(pair, sessionAffinity, maxAge)) }
      : to;
  return [
    // The primary's cookie expires each interval, else a growing share would find no clients to grow by.
    giving(primary, cookies.primary, Math.floor(intervalSeconds)),
    giving(own, cookies.canary, sessionAffinity?.maxAge ?? 0),
    ...others,
  ];
}

/** Only those of the requests that have the cookie. */
function withCookie(pair: string, match: readonly HttpMatch[]): readonly HttpMatch[] {
  const cookie = { headers: { Cookie: { regex: cookiePattern(pair) } } };
  return combined([cookie], match, (service, own) => ({ ...service, headers: { ...service.headers, ...own.headers } }));
}

function adding(headers: HttpRoute['headers'], cookie: string): NonNullable<HttpRoute['headers']> {
  const { add } = headers?.response ?? {};
  return { ...headers, response: { ...headers?.response, add: { ...add, [SET_COOKIE]: cookie } } };
}
