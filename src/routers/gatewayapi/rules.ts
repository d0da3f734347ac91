import { baselineServiceName } from '../../crds/baseline.js';
import type { Canary } from '../../crds/canary.js';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, sharesOf, type Weights } from '../../domain/weights.js';
import { forgetCookie, setCookie, type Cookies } from '../shared/cookies.js';
import { addingCookie, giving, withCookie } from './affinity.js';
import { mirrorTo, serviceFilters, serviceTimeouts } from './filters.js';
import type { BackendRef, RouteVersion, Rule } from './http-route.js';
import { audienceMatches, serviceMatches } from './matches.js';
import { isOurs, isService, refTo, serviceRef, weightedRule } from './references.js';

/**
 * The rules of a Canary's route: first those that keep clients where they are, then the one that divides the traffic,
 * and behind the audience of an A/B test all others.
 *
 * @throws UserError for what the Gateway API can't do
 */
export function canaryRules(
  canary: Canary,
  weights: Weights,
  cookies: Cookies,
  version: RouteVersion,
): readonly Rule[] {
  const everybody = ruleFor(canary, version);
  const weighted = weightedFor(canary, weights, cookies, everybody);
  const sticky = stickyRules(canary, cookies, everybody);
  // Checked even while no user meets the canary, so that a mistake shows before a release begins.
  const audience = canary.analysis.match.length > 0 ? audienceMatches(canary) : undefined;
  if (!audience || weights.everybody) return [...sticky, weighted];
  const { primaryName } = canary.service;
  const others = { ...everybody, backendRefs: [{ ...serviceRef(canary, primaryName), weight: 100 }] };
  return [...sticky, { ...weighted, matches: audience }, others];
}

/**
 * The rules with all traffic on one side, whatever they were: each of ours leads there, and mirroring and cookies end.
 * It ignores what the spec asks for, so nothing in the spec can block it.
 */
export function oneSided(rules: readonly Rule[], canary: Canary, weights: Weights): readonly Rule[] {
  return rules.map((rule) => {
    if (!isOurs(rule, canary)) return rule;
    const filters = (rule.filters ?? []).filter((filter) => !isMirror(filter, canary));
    const { filters: _filters, ...rest } = rule;
    return { ...rest, ...(filters.length === 0 ? {} : { filters }), backendRefs: divided(canary, weights) };
  });
}

/** How the rules divide the traffic, in percent. */
export function weightsOf(rules: readonly Rule[], canary: Canary): Weights | undefined {
  const rule = weightedRule(rules, canary);
  if (!rule) return undefined;
  const { primaryName, canaryName } = canary.service;
  const [primary, ours] = [primaryName, canaryName].map((name) => refTo(rule, canary, name)?.weight ?? 1);
  const besideRef = refTo(rule, canary, baselineServiceName(canary));
  const beside = besideRef ? (besideRef.weight ?? 1) : 0;
  const sum = (primary ?? 0) + (ours ?? 0) + beside;
  if (sum === 0) return undefined;
  const share = Math.round((100 * (ours ?? 0)) / sum);
  const isLast = rules.at(-1) === rule;
  return {
    primary: 100 - share,
    canary: share,
    ...(beside > 0 ? { baseline: true } : {}),
    ...(rule.filters?.some((filter) => isMirror(filter, canary)) ? { mirrored: true } : {}),
    ...(canary.analysis.match.length > 0 && share > 0 && isLast ? { everybody: true } : {}),
  };
}

/** All requests for the service, with their common filters; without a backend yet. */
function ruleFor(canary: Canary, version: RouteVersion): Rule {
  const filters = serviceFilters(canary, version);
  return {
    matches: serviceMatches(canary),
    ...(filters.length === 0 ? {} : { filters }),
    ...serviceTimeouts(canary, version),
  };
}

function weightedFor(canary: Canary, weights: Weights, cookies: Cookies, rule: Rule): Rule {
  const { sessionAffinity, intervalSeconds } = canary.analysis;
  const { canaryName } = canary.service;
  const [primary, ours, ...others] = divided(canary, weights);
  const mirrored = [...(rule.filters ?? []), mirrorTo(serviceRef(canary, canaryName))];
  const cookie = (pair: string | undefined, maxAgeSeconds: number): string | undefined =>
    pair !== undefined && sessionAffinity ? setCookie(pair, sessionAffinity, maxAgeSeconds) : undefined;
  return {
    ...rule,
    ...(weights.mirrored ? { filters: mirrored } : {}),
    backendRefs: [
      // Clients of the primary are asked again each interval, else a growing share would find nobody to grow by.
      giving(primary, cookie(cookies.primary, Math.floor(intervalSeconds))),
      giving(ours, cookie(cookies.canary, sessionAffinity?.maxAge ?? 0)),
      ...others,
    ],
  };
}

/** Clients that are to stay where they are, or that lose their cookie. */
function stickyRules(canary: Canary, cookies: Cookies, everybody: Rule): readonly Rule[] {
  const { sessionAffinity } = canary.analysis;
  const sticky = (pair: string | undefined, weights: Weights): readonly Rule[] =>
    pair === undefined
      ? []
      : [{ ...everybody, matches: withCookie(everybody.matches ?? [], pair), backendRefs: divided(canary, weights) }];
  const forgetting = sticky(cookies.previous, ALL_TO_PRIMARY).map((rule) =>
    sessionAffinity && cookies.previous !== undefined
      ? { ...rule, filters: addingCookie(rule.filters ?? [], forgetCookie(cookies.previous, sessionAffinity)) }
      : rule,
  );
  return [...forgetting, ...sticky(cookies.canary, ALL_TO_CANARY), ...sticky(cookies.primary, ALL_TO_PRIMARY)];
}

function divided(canary: Canary, weights: Weights): readonly [BackendRef, BackendRef, ...BackendRef[]] {
  const { primaryName, canaryName } = canary.service;
  const shares = sharesOf(weights);
  const to = (name: string, weight: number): BackendRef => ({ ...serviceRef(canary, name), weight });
  const beside = shares.baseline > 0 ? [to(baselineServiceName(canary), shares.baseline)] : [];
  return [to(primaryName, shares.primary), to(canaryName, shares.canary), ...beside];
}

function isMirror({ requestMirror }: NonNullable<Rule['filters']>[number], canary: Canary): boolean {
  return requestMirror !== undefined && isService(requestMirror.backendRef, canary, canary.service.canaryName);
}
