import type { FastifyRequest } from 'fastify';
import type { Channel } from '../../domain/orders/channel.js';
import type { User } from './user.js';

/** Temporal indexes who asked for a release, up to this length. */
const LONGEST = 240;

/** The command line says so, so that records tell where an order came from. */
const CLI = /^serinus-cli\//;

/**
 * How whoever asks is named in records, events and search attributes.
 *
 * @param user who the token or session says it is; undefined where nobody is asked who he is
 * @param claimed who the caller says it is
 */
export function actorOf(user: User | undefined, claimed: string | undefined): string {
  if (user) return user.username.slice(0, LONGEST);
  return `${claimed ?? 'somebody'} (unverified)`;
}

/** By which way a request has come. Only that it came with a session is verified; the rest is what callers say. */
export function channelOf({ session, headers }: FastifyRequest): Channel {
  if (session !== undefined || headers['sec-fetch-site'] !== undefined) return 'ui';
  return CLI.test(headers['user-agent'] ?? '') ? 'cli' : 'api';
}
