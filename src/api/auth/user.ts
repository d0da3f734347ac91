import { createHash } from 'node:crypto';

/** A user as Kubernetes knows them, from a token or a session. */
export interface User {
  readonly username: string;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A key for the same user with the same groups, and for nobody else. */
export function keyOf({ username, uid, groups = [], extra = {} }: User): string {
  const sorted = Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1));
  return digest(JSON.stringify([username, uid ?? '', groups, sorted]));
}

/** SHA-256 in hexadecimal: the only form in which secrets are kept. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
