import type { TestContext } from 'node:test';
import type { KubeClient } from '../../../src/kube/client.js';
import type { ResourceType } from '../../../src/kube/object.js';

export const POLICIES: ResourceType = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
};
export const BINDINGS: ResourceType = {
  ...POLICIES,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
};

export interface Policy {
  /** Tells it from others of the namespace. */
  readonly name: string;
  readonly rules: readonly { readonly group: string; readonly plural: string }[];
  /** What must be true of an object. */
  readonly expression: string;
}

/** Refuses what the expression isn't true of, in one namespace only. @returns a function that ends it */
export async function refuse(
  t: TestContext,
  client: KubeClient,
  namespace: string,
  policy: Policy,
): Promise<() => Promise<void>> {
  const name = `refuse-${policy.name}-${namespace}`;
  const here = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
  await client.create(POLICIES, {
    apiVersion: POLICIES.apiVersion,
    kind: POLICIES.kind,
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        ...here,
        resourceRules: policy.rules.map(({ group, plural }) => ({
          apiGroups: [group],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE'],
          resources: [plural],
        })),
      },
      validations: [{ expression: policy.expression, message: 'not in this house' }],
    },
  });
  t.after(() => client.delete(POLICIES, undefined, name));
  await client.create(BINDINGS, {
    apiVersion: BINDINGS.apiVersion,
    kind: BINDINGS.kind,
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'], matchResources: here },
  });
  const end = (): Promise<void> => client.delete(BINDINGS, undefined, name);
  t.after(end);
  return end;
}
