import { createHash } from 'node:crypto';
import type { Canary, SessionAffinity } from '../../crds/canary.js';
import type { Weights } from '../../domain/weights.js';
import type { Fence } from '../../domain/decision/fence.js';

/** Cookies that keep clients where they are, as `name=value`. */
export interface Cookies {
  /** Of clients that have met the canary. */
  readonly canary?: string | undefined;
  /** Of clients that have met the primary. */
  readonly primary?: string | undefined;
  /** Of clients of an earlier canary: it is removed. */
  readonly previous?: string | undefined;
}

const DELETED = '; Max-Age=-1';

/**
 * The cookies that a route shall have. Their values are in the route itself, and stay the same as long as the canary
 * gets requests. A new value follows from the Canary, the run and the revision: a route that somebody has deleted is
 * created with the same cookies, and no value is stored anywhere else.
 *
 * @param found the cookies that the route has now
 */
export function cookiesFor(canary: Canary, weights: Weights, found: Cookies, fence: Fence | undefined): Cookies {
  const { sessionAffinity } = canary.analysis;
  if (!sessionAffinity) return {};
  if (weights.canary === 0) {
    const previous = found.canary ?? found.previous;
    return previous === undefined ? {} : { previous };
  }
  const { cookieName, primaryCookieName } = sessionAffinity;
  const made = (name: string, now: string | undefined, salt: string): string =>
    `${name}=${now?.slice(now.indexOf('=') + 1) ?? valueFor(canary, fence, salt)}`;
  const forPrimary = primaryCookieName && !weights.everybody;
  return {
    canary: made(cookieName, found.canary, 'canary'),
    ...(forPrimary ? { primary: made(primaryCookieName, found.primary, 'primary') } : {}),
  };
}

/** A `Set-Cookie` header; attributes in the order in which Flagger writes them. */
export function setCookie(pair: string, affinity: SessionAffinity, maxAgeSeconds: number): string {
  return [
    pair,
    `Max-Age=${maxAgeSeconds}`,
    ...(affinity.domain ? [`Domain=${affinity.domain}`] : []),
    ...(affinity.httpOnly ? ['HttpOnly'] : []),
    ...(affinity.partitioned ? ['Partitioned'] : []),
    ...(affinity.path ? [`Path=${affinity.path}`] : []),
    ...(affinity.sameSite ? [`SameSite=${affinity.sameSite}`] : []),
    ...(affinity.secure ? ['Secure'] : []),
  ].join('; ');
}

/** A browser forgets a cookie only where domain and path are those it was set with. */
export function forgetCookie(pair: string, { domain, path }: SessionAffinity): string {
  return [`${pair}${DELETED}`, ...(domain ? [`Domain=${domain}`] : []), ...(path ? [`Path=${path}`] : [])].join('; ');
}

/** The `name=value` of a `Set-Cookie` header. */
export function pairOf(cookie: string | undefined): string | undefined {
  return cookie?.split(';')[0];
}

/** The `name=value` of a `Set-Cookie` header that removes the cookie; undefined for any other. */
export function forgottenBy(cookie: string | undefined): string | undefined {
  return cookie?.includes(DELETED) ? pairOf(cookie) : undefined;
}

/** A regular expression for `Cookie` headers that contain this cookie; the form is Flagger's. */
export function cookiePattern(pair: string): string {
  const at = pair.indexOf('=');
  const name = pair.slice(0, at).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return `.*${name}.*${pair.slice(at + 1)}.*`;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 10;

/** Ten letters, determined by run and revision. */
function valueFor({ uid, status }: Canary, fence: Fence | undefined, salt: string): string {
  const facts = [uid, salt, String(fence?.epoch ?? 0), status.lastAppliedSpec].join('\n');
  const digest = createHash('sha256').update(facts).digest();
  return [...digest.subarray(0, LENGTH)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}
