import { createHash } from 'node:crypto';
import type { KubeObject } from '../../kube/object.js';

type Data = Readonly<Record<string, string>>;

/**
 * As Flagger computes it: the first 16 hex digits of the SHA-256 of Go's JSON of `data`. `binaryData`, which Flagger
 * leaves out, follows where there is any.
 */
export function checksumOf(object: KubeObject): string {
  const binaryData = object['binaryData'] as Data | undefined;
  return createHash('sha256')
    .update(goJson(object['data'] as Data | undefined))
    .update(binaryData && Object.keys(binaryData).length > 0 ? goJson(binaryData) : '')
    .digest('hex')
    .slice(0, 16);
}

/** Go's encoding/json: sorted keys, no spaces, and `<`, `>`, `&` and two line separators escaped. */
function goJson(data: Data | undefined): string {
  if (data === undefined) return 'null';
  const fields = Object.entries(data)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `{${fields.join(',')}}`.replace(/[<>&\u2028\u2029]/g, escape);
}
