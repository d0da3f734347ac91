import { setTimeout as sleep } from 'node:timers/promises';
import { baselineServiceName, wantsBaseline } from '../../crds/baseline.js';
import type { Canary } from '../../crds/canary.js';
import { UserError } from '../../errors.js';
import type { ClusterCache } from '../../kube/cache.js';
import { SERVICES } from '../../kube/object.js';
import type { Claim } from '../../kubernetes/claim.js';
import { desiredService, type ServiceWish } from '../../kubernetes/objects/service.js';
import { isOurs } from '../../kubernetes/ownership.js';
import { remove, write } from '../../kubernetes/write.js';
import type { BaselinePods, PodsView } from '../../workloads/port.js';
import { selecting } from '../../workloads/shared/selector.js';
import { readyPods } from '../drain.js';
import { serviceWish } from '../generated.js';
import type { CanaryContext } from '../read.js';

/** Longest wait for Kubernetes to find the pods of a new Service. */
const ENDPOINTS_MS = 5_000;
const POLL_MS = 50;

/** Starts the baseline, of the canary's size, and creates its Service; corrects existing ones. */
export async function putBaseline(cache: ClusterCache, context: CanaryContext, fence: Claim): Promise<void> {
  const { canary, workload } = context;
  const { pods } = await workload.look(canary);
  if (!workload.baseline || !pods) throw new UserError(`a ${workload.kind} has no fresh baseline`);
  await workload.baseline.put(canary, fence);
  const wish = baselineService(canary, pods, workload.baseline);
  await write(cache, SERVICES, wish, (current) => desiredService(wish, current), { fence, right: wish });
}

/**
 * Corrects the baseline before requests are sent to it.
 *
 * @throws UserError where requests would not arrive
 */
export async function readyBaseline(
  cache: ClusterCache,
  context: CanaryContext,
  { fence, signal }: { readonly fence: Claim; readonly signal: AbortSignal },
): Promise<void> {
  await putBaseline(cache, context, fence);
  const { namespace } = context.canary;
  const name = baselineServiceName(context.canary);
  const began = performance.now();
  while ((await readyPods(cache, namespace, name)).length === 0) {
    if (performance.now() - began > ENDPOINTS_MS)
      throw new UserError(`no traffic is sent to the baseline: the Service ${name} leads to no pod that is ready`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Deletes the baseline and its Service; foreign and missing objects are skipped. */
export async function dropBaseline(
  cache: ClusterCache,
  { canary, router, workload }: CanaryContext,
  fence: Claim,
): Promise<void> {
  await router.dropBaseline?.(canary, fence);
  await workload.baseline?.drop(canary, fence);
  const service = await cache.get(SERVICES, canary.namespace, baselineServiceName(canary));
  if (service && isOurs(service, canary.owner)) await remove(cache, SERVICES, service, { fence });
}

/** The baseline's Service as it shall be now; none where there is no baseline that it could lead to. */
export async function baselineServices(
  { canary, workload }: Pick<CanaryContext, 'canary' | 'workload'>,
  pods: PodsView | undefined,
): Promise<readonly ServiceWish[]> {
  if (!pods || !workload.baseline || !wantsBaseline(canary)) return [];
  return (await workload.baseline.find(canary)) ? [baselineService(canary, pods, workload.baseline)] : [];
}

function baselineService(canary: Canary, pods: PodsView, baseline: BaselinePods): ServiceWish {
  const labels = selecting(pods.selector, baseline.label(pods.selector));
  return serviceWish(canary, pods, baselineServiceName(canary), { labels }, canary.service.primary);
}
