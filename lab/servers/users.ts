import { randomBytes } from 'node:crypto';
import type { LabUser } from '../types.js';

/** A user of the API server: who, in which groups, and the token that proves it. */
export interface TokenUser {
  readonly name: string;
  readonly groups: readonly string[];
  readonly token: string;
}

/** Members of this group may do everything. */
const MASTERS = 'system:masters';

/** The user whose rights a test or an install grants by RBAC: in no group, so that nothing is granted yet. */
const SERINUS_USER = 'serinus';
export const ADMIN_USER = 'admin';
export const CONTROLLERS_USER = 'kube-controller-manager';
export const NODE_USER = 'lab-node';
export const GATEWAY_USER = 'lab-gateway';

/** The lab's own users and those asked for. A user asked for by the name of a lab's own changes its groups. */
export function labUsers(extra: readonly LabUser[]): TokenUser[] {
  const groups = new Map<string, readonly string[]>([
    [ADMIN_USER, [MASTERS]],
    [SERINUS_USER, []],
    [CONTROLLERS_USER, [MASTERS]],
    [NODE_USER, [MASTERS]],
    [GATEWAY_USER, [MASTERS]],
  ]);
  for (const { name, groups: its = [] } of extra) {
    if (!/^[\w.:@-]+$/.test(name)) throw new Error(`"${name}" can't be the name of an API user`);
    groups.set(name, its);
  }
  return [...groups].map(([name, its]) => ({ name, groups: its, token: randomBytes(16).toString('hex') }));
}

/** The lines of kube-apiserver's static token file. */
export function tokenFile(users: readonly TokenUser[]): string {
  return users.map(({ name, groups, token }) => `${token},${name},${name},"${groups.join(',')}"\n`).join('');
}

/** The user of that name, who must be there. */
export function userNamed(users: readonly TokenUser[], name: string): TokenUser {
  const user = users.find((one) => one.name === name);
  if (!user) throw new Error(`the lab has no user "${name}"; it has ${users.map((one) => one.name).join(', ')}`);
  return user;
}
