import type { KubeClient } from '../../../src/kube/client.js';
import type { ResourceType } from '../../../src/kube/object.js';
import { until } from '../until.js';

const SERVICE_ACCOUNTS: ResourceType = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' };
const RBAC = 'rbac.authorization.k8s.io/v1';
const ROLES: ResourceType = { apiVersion: RBAC, kind: 'Role', plural: 'roles' };
export const ROLE_BINDINGS: ResourceType = { apiVersion: RBAC, kind: 'RoleBinding', plural: 'rolebindings' };

/** Of a Role, in the API group of Canaries unless it names others. */
export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A service account with these rights in the namespace. @returns a token of it */
export async function account(
  client: KubeClient,
  namespace: string,
  name: string,
  rules: readonly Rule[],
  audience = 'serinus',
): Promise<string> {
  const metadata = { name, namespace };
  await client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const named = rules.map((rule) => ({ apiGroups: ['flagger.app'], ...rule }));
  await client.create(ROLES, { apiVersion: RBAC, kind: 'Role', metadata, rules: named });
  await client.create(ROLE_BINDINGS, {
    apiVersion: RBAC,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  for (const rule of named) await until(() => holds(client, namespace, name, rule), `the role of ${name} is known`);
  const answer = await client.request<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [audience] } },
  );
  return answer.status.token;
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** The authorizer of the API server learns of roles a moment after they are there. */
async function holds(client: KubeClient, namespace: string, name: string, rule: Rule): Promise<boolean> {
  const [resource = '', subresource = ''] = (rule.resources[0] ?? '').split('/');
  const { status } = await client.request<{ status: { allowed: boolean } }>(
    'POST',
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${namespace}:${name}`,
        resourceAttributes: { group: rule.apiGroups?.[0], resource, subresource, verb: rule.verbs[0], namespace },
      },
    },
  );
  return status.allowed;
}
