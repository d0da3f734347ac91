import { createHash } from 'node:crypto';

/** What receivers tell a repetition by: plain ASCII, whatever the names, and the same whoever sends it. */
export function idempotencyKey(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
