import { createHash } from 'node:crypto';

/**
 * The key by which receivers recognise a repetition: plain ASCII, whatever the names, and the same from every sender.
 */
export function idempotencyKey(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
