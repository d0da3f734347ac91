import { createHash } from 'node:crypto';

/** Longest name of most objects, in characters. */
export const LONGEST_NAME = 253;
/** Longest value of a label, and longest name of a Service. */
export const LONGEST_LABEL = 63;

const HASH = 10;

/**
 * A name that fits: unchanged where it does, else its beginning with a hash of the whole, so that two long names stay
 * different.
 *
 * @param limit the number of characters allowed
 */
export function fitting(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH);
  // A name, and a label's value, must end with a letter or a digit: the hash does.
  return `${name.slice(0, limit - HASH - 1)}-${hash}`;
}
