import { createHash } from 'node:crypto';
import { Problem } from '../problems/problem.js';

/** The page token was not issued for this list. */
export class WrongPageToken extends Problem {
  constructor() {
    const remedy = 'use the nextPageToken of the page before, with the same filters';
    super('invalid-input', `query parameter pageToken: ${remedy}`, { field: 'pageToken', remedy });
  }
}

/**
 * Temporal's token with a mark of its list. Temporal treats a malformed token as an internal error, and its client
 * retries until the time is up, which would look like an outage.
 *
 * @param query of the list filter
 * @returns undefined where there is no further page
 */
export function pageTokenOf(token: Uint8Array, query: string): string | undefined {
  if (token.length === 0) return undefined;
  return Buffer.from(token).toString('base64url') + markOf(token, query);
}

/** @throws WrongPageToken for text that {@link pageTokenOf} didn't make for the same list */
export function temporalTokenOf(text: string, query: string): Uint8Array {
  const token = Buffer.from(text.slice(0, -MARK_LENGTH), 'base64url');
  if (token.length === 0 || pageTokenOf(token, query) !== text) throw new WrongPageToken();
  return token;
}

const MARK_LENGTH = 16;

function markOf(token: Uint8Array, query: string): string {
  return createHash('sha256').update(token).update(' ').update(query).digest('base64url').slice(0, MARK_LENGTH);
}
