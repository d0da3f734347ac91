import { createHash } from 'node:crypto';
import type { Canary, SessionAffinity } from '../../crds/types.js';
import type { Weights } from '../../domain/weights.js';
import { withExpressions, type Backend, type HttpRule, type Plugin } from './objects.js';
import { setCookie } from '../shared/cookies.js';

const PRIORITY = 10_001;

/**
 * Keeps a client at the version that it has met. APISIX divides by weight only within a rule, and doesn't report which
 * backend was chosen, so the rules themselves make the choice: of the requests without a cookie, one rule takes the
 * canary's share and sets the cookie in its answers; requests with the cookie have a rule of their own.
 */
export function affinityRules(
  canary: Canary,
  affinity: SessionAffinity,
  base: HttpRule,
  backend: Backend,
  weights: Weights,
): readonly HttpRule[] {
  const { primaryName, canaryName } = canary.service;
  const token = tokenOf(canary);
  const only = (rule: HttpRule, serviceName: string, weight: number): HttpRule => ({
    ...rule,
    backends: [{ ...backend, serviceName, weight }],
  });
  const holding = (name: string, cookie: string) =>
    withExpressions(base, name, PRIORITY + 1, [
      { subject: { scope: 'Cookie', name: cookie }, op: 'Equal', value: token },
    ]);
  const drawn = withExpressions(base, 'canary', PRIORITY, [
    { subject: { scope: 'Variable', name: 'request_id' }, op: 'RegexMatch', value: shareOfRequests(weights.canary) },
  ]);
  const { cookieName, primaryCookieName } = affinity;
  const keepsPrimary = primaryCookieName !== undefined && primaryCookieName !== '';
  // The primary's cookie expires each interval, else a growing share would find no clients to grow by.
  const asked = Math.floor(canary.analysis.intervalSeconds);
  const rest = keepsPrimary ? withCookie(base, setCookie(`${primaryCookieName}=${token}`, affinity, asked)) : base;
  return [
    only(holding('canary-kept', cookieName), canaryName, weights.canary),
    ...(keepsPrimary ? [only(holding('primary-kept', primaryCookieName), primaryName, weights.primary)] : []),
    only(withCookie(drawn, setCookie(`${cookieName}=${token}`, affinity, affinity.maxAge)), canaryName, weights.canary),
    only(rest, primaryName, weights.primary),
  ];
}

/** A cookie of an earlier release means nothing: its value follows from the revision being released. */
function tokenOf({ namespace, name, status }: Canary): string {
  return createHash('sha256').update(`${namespace}/${name} ${status.lastAppliedSpec}`).digest('hex').slice(0, 16);
}

function withCookie(rule: HttpRule, cookie: string): HttpRule {
  const plugin: Plugin = {
    name: 'response-rewrite',
    enable: true,
    config: { headers: { add: [`Set-Cookie: ${cookie}`] } },
  };
  return { ...rule, plugins: [...(rule.plugins ?? []), plugin] };
}

/** Hexadecimal digits of `$request_id` that are compared: a share is exact to 1/65536. */
const DIGITS = 4;

/**
 * A regular expression that matches a share of all requests: nginx gives each request a random `$request_id` of 32
 * hexadecimal digits, and the share consists of those whose first digits are below a bound.
 *
 * @param percent whole, above 0 and below 100
 */
function shareOfRequests(percent: number): string {
  const bound = Math.round((percent / 100) * 16 ** DIGITS)
    .toString(16)
    .padStart(DIGITS, '0');
  const below = [...bound].flatMap((digit, position) =>
    digit === '0' ? [] : [bound.slice(0, position) + upTo(Number.parseInt(digit, 16) - 1)],
  );
  return `^(?:${below.join('|')})`;
}

/** Any digit from 0 to `last`. */
function upTo(last: number): string {
  if (last === 0) return '0';
  return last < 10 ? `[0-${last}]` : `[0-9a-${last.toString(16)}]`;
}
