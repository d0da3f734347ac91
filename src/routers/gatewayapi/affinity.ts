import type { Canary } from '../../crds/canary.js';
import { cookiePattern, forgottenBy, pairOf, type Cookies } from '../shared/cookies.js';
import type { BackendRef, Filter, Header, Match, NamedMatch, Rule } from './http-route.js';
import { refTo, weightedRule } from './references.js';

const SET_COOKIE = 'Set-Cookie';

/** The cookies that the rules have now. */
export function cookiesIn(rules: readonly Rule[], canary: Canary): Cookies {
  const weighted = weightedRule(rules, canary);
  const setFor = (service: string): string | undefined => cookieOf(refTo(weighted, canary, service)?.filters);
  return {
    canary: pairOf(setFor(canary.service.canaryName)),
    primary: pairOf(setFor(canary.service.primaryName)),
    previous: forgottenBy(cookieOf(rules[0]?.filters)),
  };
}

/** The same requests, but only those with the cookie. */
export function withCookie(matches: readonly Match[], pair: string): readonly Match[] {
  const cookie: NamedMatch = { name: 'Cookie', type: 'RegularExpression', value: cookiePattern(pair) };
  return matches.map((match) => ({ ...match, headers: [...(match.headers ?? []), cookie] }));
}

/** Clients served by this backend get the cookie. */
export function giving(ref: BackendRef, cookie: string | undefined): BackendRef {
  return cookie === undefined ? ref : { ...ref, filters: addingCookie([], cookie) };
}

/** All answers set the cookie. An existing filter that adds headers is extended: there may be only one. */
export function addingCookie(filters: readonly Filter[], cookie: string): readonly Filter[] {
  const header: Header = { name: SET_COOKIE, value: cookie };
  if (!filters.some(({ type }) => type === 'ResponseHeaderModifier')) {
    return [...filters, { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [header] } }];
  }
  return filters.map((filter) => {
    if (filter.type !== 'ResponseHeaderModifier') return filter;
    const { add = [], ...rest } = filter.responseHeaderModifier ?? {};
    const others = add.filter(({ name }) => name.toLowerCase() !== SET_COOKIE.toLowerCase());
    return { ...filter, responseHeaderModifier: { ...rest, add: [...others, header] } };
  });
}

function cookieOf(filters: readonly Filter[] = []): string | undefined {
  const headers = filters.flatMap(({ responseHeaderModifier }) => responseHeaderModifier?.add ?? []);
  return headers.find(({ name }) => name === SET_COOKIE)?.value;
}
