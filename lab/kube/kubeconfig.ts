import { stringify } from 'yaml';
import type { KubeAccess } from './access.js';

/** A user of the API server with the token by which it knows them. */
export interface UserToken {
  readonly user: string;
  readonly token: string;
}

/** The context's name for a user. */
export function contextOf(user: string): string {
  return `serinus-lab-${user}`;
}

/** A kubeconfig with a context for every user; the first one's is current. */
export function kubeconfig(access: Pick<KubeAccess, 'server' | 'certificate'>, users: readonly UserToken[]): string {
  const [first] = users;
  if (!first) throw new Error('a kubeconfig needs at least one user');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'serinus-lab',
        cluster: {
          server: access.server,
          'certificate-authority-data': Buffer.from(access.certificate).toString('base64'),
        },
      },
    ],
    users: users.map(({ user, token }) => ({ name: user, user: { token } })),
    contexts: users.map(({ user }) => ({ name: contextOf(user), context: { cluster: 'serinus-lab', user } })),
    'current-context': contextOf(first.user),
  });
}
