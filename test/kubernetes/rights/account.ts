import type { TestContext } from 'node:test';
import { z } from 'zod';
import { GRANTS, type Process, type Verb } from '../../../scripts/rbac/rules.js';
import type { KubeClient } from '../../../src/kube/client.js';
import { clusterClient } from '../../../src/kube/connect.js';
import type { KubeObject, ResourceType } from '../../../src/kube/object.js';
import { kubeconfig, type TestCluster } from '../../harness/kubernetes/cluster.js';
import { Roles } from '../../harness/roles.js';
import { until } from '../../harness/until.js';

const RBAC = 'rbac.authorization.k8s.io/v1';
const ROLES: ResourceType = { apiVersion: RBAC, kind: 'Role', plural: 'roles' };
const BINDINGS: ResourceType = { apiVersion: RBAC, kind: 'RoleBinding', plural: 'rolebindings' };
const ACCOUNTS: ResourceType = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' };

/** A ServiceAccount with the rights of a process in the test's namespace, of which one may be missing. */
export class Account {
  private constructor(
    /** Acts as the account. */
    readonly client: KubeClient,
    private readonly admin: KubeClient,
    private readonly namespace: string,
    private readonly name: string,
    private readonly process: Process,
  ) {}

  static async open(
    t: TestContext,
    { client: admin, namespace }: Pick<TestCluster, 'client' | 'namespace'>,
    process: Process,
    name: string,
  ) {
    const directory = z.string().parse(globalThis.process.env['SERINUS_LAB']);
    const roles = new Roles(t, { directory, kubeconfig: kubeconfig(), namespace, kube: admin });
    const metadata = { name, namespace };
    await admin.create(ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    await admin.create(ROLES, roleOf(metadata, process));
    await admin.create(BINDINGS, {
      apiVersion: RBAC,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    });
    const client = clusterClient({ kubeconfig: await roles.kubeconfigOf(name), userAgent: `serinus-test-${name}` });
    const account = new Account(client, admin, namespace, name, process);
    await until(() => account.may('get', 'flagger.app', 'canaries'), `the rights of ${name}`);
    return account;
  }

  /** Takes one right away; returns when the API server goes by that. */
  async lose(verb: Verb, group: string, resource: string): Promise<void> {
    const metadata = { name: this.name, namespace: this.namespace };
    await this.admin.replace(ROLES, roleOf(metadata, this.process, { verb, group, resource }));
    await until(async () => !(await this.may(verb, group, resource)), `${this.name} may not ${verb} ${resource}`);
  }

  /** Gives all of them back. */
  async regain(verb: Verb, group: string, resource: string): Promise<void> {
    await this.admin.replace(ROLES, roleOf({ name: this.name, namespace: this.namespace }, this.process));
    await until(() => this.may(verb, group, resource), `${this.name} may ${verb} ${resource} again`);
  }

  private async may(verb: Verb, group: string, plural: string): Promise<boolean> {
    const [resource, subresource] = plural.split('/');
    const answer = await this.admin.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${this.namespace}:${this.name}`,
        resourceAttributes: { namespace: this.namespace, verb, group, resource, subresource },
      },
    });
    return z.object({ status: z.object({ allowed: z.boolean().default(false) }) }).parse(answer).status.allowed;
  }
}

function roleOf(
  metadata: KubeObject['metadata'],
  process: Process,
  without?: { readonly verb: Verb; readonly group: string; readonly resource: string },
): KubeObject {
  const rules = GRANTS.filter((grant) => grant.verbs[process] && !grant.clusterScoped).map(
    ({ group, resource, verbs }) => ({
      apiGroups: [group],
      resources: [resource],
      verbs: (verbs[process] ?? []).filter(
        (verb) => !(without?.verb === verb && without.group === group && without.resource === resource),
      ),
    }),
  );
  return { apiVersion: RBAC, kind: 'Role', metadata, rules: rules.filter(({ verbs }) => verbs.length > 0) };
}
