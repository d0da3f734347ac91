import { Document, isMap, isSeq, type YAMLMap } from 'yaml';
import { GRANTS, PROCESSES, type Grant, type Process } from './rules.js';

const RBAC = 'rbac.authorization.k8s.io';
/** Where the manifests of the cluster-wide install put Serinus; kustomize replaces it. */
const NAMESPACE = 'serinus';

export type Scope = 'cluster' | 'namespaced';

export const SCOPES: readonly Scope[] = ['cluster', 'namespaced'];

/** The manifests of a scope, by file name. */
export function rbacFiles(scope: Scope): Readonly<Record<string, string>> {
  return Object.fromEntries(PROCESSES.map((process) => [`${process}.yaml`, rbacOf(process, scope)]));
}

/** ServiceAccount, roles and their bindings of a process. */
function rbacOf(process: Process, scope: Scope): string {
  const name = `serinus-${process}`;
  const account = new Document({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: NAMESPACE, labels: labelsOf(process) },
  });
  const clusterWide = GRANTS.filter((grant) => grant.verbs[process] && (scope === 'cluster' || grant.clusterScoped));
  const namespaced = GRANTS.filter((grant) => grant.verbs[process] && scope !== 'cluster' && !grant.clusterScoped);
  const documents = [account, ...bound('ClusterRole', process, clusterWide), ...bound('Role', process, namespaced)];
  const [first, ...others] = documents.map((document) =>
    document.toString({ lineWidth: 0, flowCollectionPadding: false, singleQuote: true }),
  );
  return [first, ...others.map((text) => `---\n${text}`)].join('');
}

function bound(kind: 'ClusterRole' | 'Role', process: Process, grants: readonly Grant[]): Document[] {
  if (grants.length === 0) return [];
  const name = `serinus-${process}`;
  const metadata = { name, ...(kind === 'Role' ? { namespace: NAMESPACE } : {}), labels: labelsOf(process) };
  const role = new Document({
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata,
    rules: grants.map(({ group, resource, verbs }) => ({
      apiGroups: [group],
      resources: [resource],
      verbs: [...(verbs[process] ?? [])],
    })),
  });
  explain(role, process, grants);
  const binding = new Document({
    apiVersion: `${RBAC}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: RBAC, kind, name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
  });
  return [role, binding];
}

/** Puts the reason above each rule. */
function explain(role: Document, process: Process, grants: readonly Grant[]): void {
  const rules = role.get('rules');
  if (!isSeq(rules)) return;
  for (const [index, rule] of rules.items.entries()) {
    const grant = grants[index];
    if (!grant || !isMap(rule)) continue;
    rule.commentBefore = commentOf(grant, process);
    for (const list of ['apiGroups', 'resources', 'verbs']) inline(rule, list);
  }
}

function commentOf({ why, verbs, rarely }: Grant, process: Process): string {
  const excused = Object.entries(rarely?.[process] ?? {});
  const exceptions = [...new Set(excused.map(([, reason]) => reason))].map((reason) => {
    const meant = excused.filter(([, other]) => other === reason).map(([verb]) => verb);
    return `${meant.length === verbs[process]?.length ? 'seldom' : meant.join(', ')}: ${reason}`;
  });
  return [why, ...exceptions].map((line) => ` ${line}`).join('\n');
}

function inline(rule: YAMLMap, key: string): void {
  const list = rule.get(key);
  if (isSeq(list)) list.flow = true;
}

function labelsOf(process: Process): Record<string, string> {
  return { 'app.kubernetes.io/name': 'serinus', 'app.kubernetes.io/component': process };
}
