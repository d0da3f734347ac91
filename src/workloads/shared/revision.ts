import { createHash } from 'node:crypto';

/**
 * Hash of the content of a pod template, or of a Service's spec. The leading `s1` marks this algorithm: a hash written
 * by another controller, or by a later version of this one, is recognised as not comparable.
 */
export function contentHash(content: unknown): string {
  return `s1${createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 12)}`;
}

/** Whether a hash was computed by {@link contentHash}, so that it can be compared with others of its kind. */
export function isOwnHash(hash: string): boolean {
  return /^s1[0-9a-f]{12}$/.test(hash);
}

/** JSON with sorted keys and without undefined and null fields: equal content gives equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
