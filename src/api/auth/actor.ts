import type { FastifyRequest } from 'fastify';
import type { Channel } from '../../domain/orders/channel.js';
import type { User } from './user.js';

/** Temporal indexes who triggered a release, up to this length. */
const LONGEST = 240;

/** The command line's user agent, so that records show where an order came from. */
const CLI = /^serinus-cli\//;

/**
 * The caller's name for records, events and search attributes.
 *
 * @param user from the token or session; undefined without authentication
 * @param claimed the name that the caller gives
 */
export function actorOf(user: User | undefined, claimed: string | undefined): string {
  if (user) return user.username.slice(0, LONGEST);
  return `${claimed ?? 'somebody'} (unverified)`;
}

/** The way by which a request has come. Only the session is verified; the rest is what callers claim. */
export function channelOf({ session, headers }: FastifyRequest): Channel {
  if (session !== undefined || headers['sec-fetch-site'] !== undefined) return 'ui';
  return CLI.test(headers['user-agent'] ?? '') ? 'cli' : 'api';
}
