import type { User } from './reviews.js';

/** Temporal indexes who asked for a release, up to this length. */
const LONGEST = 240;

/**
 * How whoever asks is named in records, events and search attributes.
 *
 * @param user who the token says it is; undefined where no tokens are checked
 * @param claimed who the caller says it is
 */
export function actorOf(user: User | undefined, claimed: string | undefined): string {
  if (user) return user.username.slice(0, LONGEST);
  return `${claimed ?? 'somebody'} (unverified)`;
}
