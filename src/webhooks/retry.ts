import { doubling } from '../retrying.js';

/** The result of one attempt. */
export type Attempt =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The beginning of the response's body. */
      readonly text: string;
      /** The `Retry-After` header, as sent. */
      readonly retryAfter: string | undefined;
    }
  | {
      readonly kind: 'unanswered';
      /** Why, in words that hold no secret. */
      readonly reason: string;
      /** False where the next attempt would end the same way, for instance a certificate that can't be verified. */
      readonly mayPass: boolean;
    };

const waitBefore = doubling(1_000, 30_000);
/** A server may ask for a longer break than ours, within reason. */
const LONGEST_RETRY_AFTER_MS = 300_000;

export function succeeded(attempt: Attempt): boolean {
  return attempt.kind === 'answered' && attempt.status >= 200 && attempt.status < 300;
}

/** Connection errors, 429, and 5xx except 501 (which says that the server will never know how). */
export function worthRetrying(attempt: Attempt): boolean {
  if (attempt.kind === 'unanswered') return attempt.mayPass;
  return attempt.status === 429 || (attempt.status >= 500 && attempt.status !== 501);
}

/**
 * How long to wait after a failed attempt: 1 s, 2 s, 4 s and so on up to 30 s, unless a 429 or 503 says `Retry-After`
 * (seconds, or an HTTP date), which counts up to 5 minutes.
 *
 * @param made attempts so far, from 1
 * @param now milliseconds since 1970
 * @returns milliseconds
 */
export function waitAfter(attempt: Attempt, made: number, now: number): number {
  return askedFor(attempt, now) ?? waitBefore(made);
}

function askedFor(attempt: Attempt, now: number): number | undefined {
  if (attempt.kind === 'unanswered' || (attempt.status !== 429 && attempt.status !== 503)) return undefined;
  const text = attempt.retryAfter?.trim() ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS);
}
