import { isDeepStrictEqual } from 'node:util';
import type { Canary } from '../crds/canary.js';
import { canaryAt } from '../domain/weights.js';
import { UserError } from '../errors.js';
import type { ClusterCache } from '../kubernetes/cache.js';
import type { Fence } from '../kubernetes/lease.js';
import type { KubeObject } from '../kubernetes/object.js';
import { CANARIES, HORIZONTAL_POD_AUTOSCALERS, SERVICES } from '../kubernetes/object.js';
import { desiredAutoscaler, primaryAutoscalerName } from '../kubernetes/objects/autoscaler.js';
import { desiredService, type ServiceWish } from '../kubernetes/objects/service.js';
import { write } from '../kubernetes/write.js';
import { primaryValue } from '../workloads/deployment/selector.js';
import type { TargetView } from '../workloads/port.js';
import type { Workbench } from './canary.js';

/** The finalizer that keeps a Canary until what it has changed is undone; Flagger's, so that either can take over. */
export const FINALIZER = 'finalizer.flagger.app';

/** Makes what the primary needs before users are sent to it. */
export async function buildPrimary(cache: ClusterCache, bench: Workbench, fence: Fence): Promise<void> {
  const view = await bench.workload.look(bench.canary);
  await putService(cache, canaryService(bench.canary, view));
  await putService(cache, primaryService(bench.canary, view));
  await bench.workload.build(bench.canary, fence);
  await putAutoscaler(cache, bench.canary, false);
}

/** Makes everything generated right, the users' Service and the route included. */
export async function reconcileAll(cache: ClusterCache, bench: Workbench, weight: number, fence: Fence): Promise<void> {
  const { canary, router, workload } = bench;
  const view = await workload.look(canary);
  await putService(cache, canaryService(canary, view));
  await putService(cache, primaryService(canary, view));
  if (!view.built) await workload.build(canary, fence);
  await putAutoscaler(cache, canary, false);
  await putService(cache, apexService(canary, view));
  await router.reconcile(canary, canaryAt(weight), fence);
  await putFinalizer(cache, canary);
}

/** Generated objects that aren't as they should be, `Kind/name`. */
export async function driftOf(cache: ClusterCache, bench: Workbench, view: TargetView): Promise<readonly string[]> {
  const { canary, router } = bench;
  const drift: string[] = [];
  for (const wish of [canaryService(canary, view), primaryService(canary, view), apexService(canary, view)]) {
    const current = await cache.get(SERVICES, wish.namespace, wish.name);
    if (!current || !isDeepStrictEqual(desiredService(wish, current), current)) drift.push(`Service/${wish.name}`);
  }
  const { autoscalerRef } = canary;
  if (autoscalerRef) {
    const name = primaryAutoscalerName(autoscalerRef.name);
    if (!(await cache.get(HORIZONTAL_POD_AUTOSCALERS, canary.namespace, name)))
      drift.push(`HorizontalPodAutoscaler/${name}`);
  }
  if (!view.built) drift.push(`${canary.targetRef.kind}/${canary.targetRef.primaryName}`);
  drift.push(...(await router.drift(canary)));
  if (hasFinalizer(bench.object) !== canary.revertOnDeletion) drift.push('Canary/finalizer');
  return drift;
}

/** Takes the changes of the target's autoscaler over to the primary's, or makes it where it is missing. */
export async function putAutoscaler(cache: ClusterCache, canary: Canary, update: boolean): Promise<void> {
  const { autoscalerRef } = canary;
  if (!autoscalerRef) return;
  const source = await cache.get(HORIZONTAL_POD_AUTOSCALERS, canary.namespace, autoscalerRef.name);
  if (!source) {
    throw new UserError(
      `HorizontalPodAutoscaler ${autoscalerRef.name}.${canary.namespace} get query error: horizontalpodautoscalers.autoscaling "${autoscalerRef.name}" not found`,
    );
  }
  const wish = {
    namespace: canary.namespace,
    owner: canary.owner,
    primary: canary.targetRef.primaryName,
    minReplicas: autoscalerRef.primaryScalerReplicas?.minReplicas,
    maxReplicas: autoscalerRef.primaryScalerReplicas?.maxReplicas,
  };
  const key = { namespace: canary.namespace, name: primaryAutoscalerName(autoscalerRef.name) };
  await write(cache, HORIZONTAL_POD_AUTOSCALERS, key, (current) => desiredAutoscaler(source, current, wish, update));
}

/** Points the users' Service back at the target, where it was there before the Canary. */
export async function giveServiceBack(cache: ClusterCache, canary: Canary, view: TargetView): Promise<void> {
  const key = { namespace: canary.namespace, name: canary.service.name };
  await write(cache, SERVICES, key, (current) => {
    const ours = current?.metadata.ownerReferences?.some((ref) => ref.uid === canary.uid) ?? false;
    if (!current || ours) return undefined;
    const selector = originalSelector(current) ?? { [view.selector.label]: view.selector.value };
    return { ...current, spec: { ...(current['spec'] as object), selector } };
  });
}

/** Adds or removes the finalizer, as the spec asks. */
export async function putFinalizer(
  cache: ClusterCache,
  canary: Canary,
  wanted = canary.revertOnDeletion,
): Promise<void> {
  await write(cache, CANARIES, canary, (current) => {
    if (!current || hasFinalizer(current) === wanted) return undefined;
    // A finalizer can't be added to what is being deleted.
    if (wanted && current.metadata.deletionTimestamp !== undefined) return undefined;
    const others = (current.metadata.finalizers ?? []).filter((name) => name !== FINALIZER);
    return { ...current, metadata: { ...current.metadata, finalizers: wanted ? [...others, FINALIZER] : others } };
  });
}

export function hasFinalizer(object: KubeObject): boolean {
  return object.metadata.finalizers?.includes(FINALIZER) ?? false;
}

function originalSelector(service: KubeObject): Readonly<Record<string, string>> | undefined {
  const applied = service.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  if (applied === undefined) return undefined;
  return (JSON.parse(applied) as { spec?: { selector?: Readonly<Record<string, string>> } }).spec?.selector;
}

async function putService(cache: ClusterCache, wish: ServiceWish): Promise<void> {
  await write(cache, SERVICES, wish, (current) => desiredService(wish, current));
}

function canaryService(canary: Canary, view: TargetView): ServiceWish {
  return serviceWish(canary, view, canary.service.canaryName, view.selector.value, canary.service.canary);
}

function primaryService(canary: Canary, view: TargetView): ServiceWish {
  return serviceWish(canary, view, canary.service.primaryName, primaryValue(view.selector), canary.service.primary);
}

function apexService(canary: Canary, view: TargetView): ServiceWish {
  return serviceWish(canary, view, canary.service.name, primaryValue(view.selector), canary.service.apex);
}

function serviceWish(
  canary: Canary,
  view: TargetView,
  name: string,
  value: string,
  metadata: Canary['service']['apex'],
): ServiceWish {
  const { service } = canary;
  return {
    namespace: canary.namespace,
    name,
    owner: canary.owner,
    label: view.selector.label,
    value,
    ports: view.ports,
    headless: service.headless,
    trafficDistribution: service.trafficDistribution,
    labels: metadata.labels,
    annotations: metadata.annotations,
    unmanagedLabels: service.unmanagedMetadata.labels,
    unmanagedAnnotations: service.unmanagedMetadata.annotations,
  };
}
