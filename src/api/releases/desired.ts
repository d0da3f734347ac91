import { readCanary, canaryContext, workloadsOf } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import type { Canary } from '../../crds/canary.js';
import type { CanaryKey } from '../../domain/identity.js';
import { targetAccess, type Access } from '../auth/access.js';
import { CONFIG_MAPS, SECRETS } from '../../kube/object.js';
import {
  configReferences,
  keyOf,
  sourceOfCopy,
  withConfigNames,
  type PodSpec,
} from '../../kubernetes/objects/config-references.js';
import { isOwnedBy } from '../../kubernetes/ownership.js';
import { asPodController, type PodTemplate } from '../../workloads/shared/pod-controller.js';
import { withoutRolloutId } from '../../workloads/shared/primary.js';
import type { Release } from '../schema/release.js';

/** Whether the caller may do that. */
export type MayGet = (access: Access) => Promise<boolean>;

/**
 * How to make the target hold what its primary runs after an undo: a JSON patch, and the command that applies it.
 *
 * @param mayGet whether the caller may get the target itself: its template is in the patch
 * @returns undefined where there is no such target with a pod template, or the caller may not see it
 */
export async function desiredOf(deps: Dependencies, key: CanaryKey, mayGet: MayGet): Promise<Release['desired']> {
  const view = await readCanary(deps, key);
  if (!view?.canary) return undefined;
  const { canary, workload } = canaryContext(deps, view);
  const { kind, name } = canary.targetRef;
  if (kind === 'Service') return undefined;
  if (!(await mayGet(targetAccess(kind, { namespace: canary.namespace, name })))) return undefined;
  const { primary } = await workloadsOf(deps, canary);
  const selector = await workload.selector(canary);
  if (!primary || !selector) return undefined;
  const template = withoutRolloutId(asPodController(primary).spec.template);
  const labels = { ...template.metadata?.labels, [selector.label]: selector.value };
  const spec = await asTargets(deps, canary, template.spec);
  const value: PodTemplate = { ...template, metadata: { ...template.metadata, labels }, spec };
  const patch = [{ op: 'replace', path: '/spec/template', value }];
  const text = JSON.stringify(patch).replaceAll("'", "'\\''");
  return {
    patch,
    command: `kubectl -n ${canary.namespace} patch ${kind.toLowerCase()} ${name} --type=json -p '${text}'`,
  };
}

/** The pod spec with the names of the target's own configs and pods in place of the primary's. */
async function asTargets(deps: Dependencies, canary: Canary, spec: PodSpec): Promise<PodSpec> {
  const names = new Map<string, string>();
  for (const reference of deps.settings.configTracking ? configReferences(spec) : []) {
    const type = reference.kind === 'configmap' ? CONFIG_MAPS : SECRETS;
    const copy = await deps.cache.get(type, canary.namespace, reference.name);
    if (copy && isOwnedBy(copy, canary.owner)) names.set(keyOf(reference), sourceOfCopy(reference.name, canary.name));
  }
  const { name, primaryName } = canary.targetRef;
  const { affinity, topologySpreadConstraints, ...rest } = withConfigNames(spec, names);
  return {
    ...rest,
    ...(affinity === undefined ? {} : { affinity: renamed(affinity, primaryName, name) }),
    ...(topologySpreadConstraints === undefined
      ? {}
      : { topologySpreadConstraints: renamed(topologySpreadConstraints, primaryName, name) }),
  };
}

/** The value with every string that equals `from` replaced. */
function renamed(value: unknown, from: string, to: string): unknown {
  if (value === from) return to;
  if (Array.isArray(value)) return value.map((item: unknown) => renamed(item, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, renamed(field, from, to)]));
}
