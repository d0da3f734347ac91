import { jsonIn } from '../domain/json.js';
import type { Canary } from '../crds/canary.js';
import type { Weights } from '../domain/weights.js';
import type { ClusterCache } from '../kube/cache.js';
import type { Claim } from '../kubernetes/claim.js';
import type { KubeObject } from '../kube/object.js';
import { CANARIES, SERVICES } from '../kube/object.js';
import { isTerminating } from '../kube/terminating.js';
import { desiredService, type ServiceSelector, type ServiceWish } from '../kubernetes/objects/service.js';
import { isFree, isOwnedBy, type OwnedObject } from '../kubernetes/ownership.js';
import { write } from '../kubernetes/write.js';
import type { PodsView, WarmPods } from '../workloads/port.js';
import { ownedServices } from '../workloads/shared/owned.js';
import { selecting } from '../workloads/shared/selector.js';
import type { CanaryContext } from './read.js';

/** The finalizer that keeps a Canary until its changes are undone; Flagger's, so that either can take over. */
export const FINALIZER = 'finalizer.flagger.app';

/** Creates what the primary needs before it gets users. */
export async function buildPrimary(cache: ClusterCache, context: CanaryContext, fence: Claim): Promise<void> {
  const { canary, workload } = context;
  const { pods } = await workload.look(canary);
  if (pods) await putServices(cache, [canaryService(canary, pods), primaryService(canary, pods)], fence);
  await workload.build(canary, fence);
}

/** Corrects all generated objects, including the users' Service and the route. */
export async function reconcileAll(
  cache: ClusterCache,
  context: CanaryContext,
  weights: Weights,
  fence: Claim,
): Promise<void> {
  const { canary, router, workload } = context;
  const { pods } = await workload.look(canary);
  if (pods) await putServices(cache, [canaryService(canary, pods), primaryService(canary, pods)], fence);
  await workload.reconcile(canary, fence);
  if (pods) await putServices(cache, [apexService(canary, pods)], fence);
  await router.reconcile(canary, weights, fence);
  await putFinalizer(cache, canary, canary.revertOnDeletion, fence);
}

/**
 * Points the users' Service back at the target, where it existed before the Canary. If the target is missing, the
 * Service gets what its own users have applied, or stays as it is.
 */
export async function giveServiceBack(
  cache: ClusterCache,
  { canary, workload }: CanaryContext,
  fence: Claim,
): Promise<void> {
  // A Service that is the target itself was never pointed elsewhere.
  if (canary.targetRef.kind === SERVICES.kind) return;
  const label = await workload.selector(canary);
  const key = { namespace: canary.namespace, name: canary.service.name };
  const desire = (current: KubeObject | undefined): KubeObject | undefined => {
    if (!current || isOwnedBy(current, canary.owner)) return undefined;
    // Another Canary owns it by now.
    if (!isFree(current, { owner: canary.owner, takesOver: true })) return undefined;
    const selector = originalSelector(current) ?? (label && selecting(label, label.value));
    if (!selector) return undefined;
    return { ...current, spec: { ...(current['spec'] as object), selector } };
  };
  await write(cache, SERVICES, key, desire, { fence });
}

/** All objects written for the Canary, except copies of configs. */
export function ownedObjects({
  canary,
  router,
  workload,
}: Pick<CanaryContext, 'canary' | 'router' | 'workload'>): readonly OwnedObject[] {
  return [...ownedServices(canary), ...workload.owns(canary), ...router.owns(canary)];
}

/**
 * Adds or removes the finalizer. @param fence undefined where there can be no Lease, because the namespace is being
 * deleted
 */
export async function putFinalizer(
  cache: ClusterCache,
  canary: { readonly namespace: string; readonly name: string },
  wanted: boolean,
  fence: Claim | undefined,
): Promise<void> {
  const desire = (current: KubeObject | undefined): KubeObject | undefined => {
    if (!current || hasFinalizer(current) === wanted) return undefined;
    // A finalizer can't be added to an object under deletion.
    if (wanted && isTerminating(current)) return undefined;
    const others = (current.metadata.finalizers ?? []).filter((name) => name !== FINALIZER);
    return { ...current, metadata: { ...current.metadata, finalizers: wanted ? [...others, FINALIZER] : others } };
  };
  await write(cache, CANARIES, canary, desire, { fence });
}

export function hasFinalizer(object: KubeObject): boolean {
  return object.metadata.finalizers?.includes(FINALIZER) ?? false;
}

/** @returns undefined where kubectl has left none, or one that can't be parsed */
function originalSelector(service: KubeObject): Readonly<Record<string, string>> | undefined {
  const applied = service.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  return (jsonIn(applied) as { spec?: { selector?: Readonly<Record<string, string>> } } | undefined)?.spec?.selector;
}

/** Makes Services as they shall be. */
async function putServices(cache: ClusterCache, wishes: readonly ServiceWish[], fence: Claim): Promise<void> {
  for (const wish of wishes) {
    await write(cache, SERVICES, wish, (current) => desiredService(wish, current), { fence, right: wish });
  }
}

/** A Canary's three Services. @param warm the pods that the canary's leads to instead of the target's */
export function servicesOf(canary: Canary, pods: PodsView, warm?: WarmPods): readonly ServiceWish[] {
  const ofCanary = canaryService(canary, pods);
  const toWarm = warm && { labels: selecting(pods.selector, warm.label(pods.selector)) };
  const diverted = toWarm ? { ...ofCanary, selector: toWarm } : ofCanary;
  return [diverted, primaryService(canary, pods), apexService(canary, pods)];
}

function ofTarget({ selector }: PodsView): ServiceSelector {
  return { labels: selecting(selector, selector.value) };
}

function canaryService(canary: Canary, pods: PodsView): ServiceWish {
  return serviceWish(canary, pods, canary.service.canaryName, ofTarget(pods), canary.service.canary);
}

function primaryService(canary: Canary, pods: PodsView): ServiceWish {
  return serviceWish(canary, pods, canary.service.primaryName, pods.primary, canary.service.primary);
}

function apexService(canary: Canary, pods: PodsView): ServiceWish {
  const { name, apex } = canary.service;
  return { ...serviceWish(canary, pods, name, pods.primary, apex), takesOver: true };
}

/** A Service of the Canary as it shall be. */
export function serviceWish(
  canary: Canary,
  { selector, ports }: PodsView,
  name: string,
  by: ServiceSelector,
  metadata: Canary['service']['apex'],
): ServiceWish {
  const { service } = canary;
  return {
    namespace: canary.namespace,
    name,
    owner: canary.owner,
    takesOver: false,
    label: selector.label,
    selector: by,
    ports,
    namesPort: service.namesPort,
    headless: service.headless,
    trafficDistribution: service.trafficDistribution,
    labels: metadata.labels,
    annotations: metadata.annotations,
    unmanagedLabels: service.unmanagedMetadata.labels,
    unmanagedAnnotations: service.unmanagedMetadata.annotations,
  };
}
