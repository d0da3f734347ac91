import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterCache } from '../kube/cache.js';
import { SERVICES } from '../kube/object.js';
import { isOwnedBy } from '../kubernetes/ownership.js';
import type { CanaryContext } from './read.js';
import { readyPods } from './ready-pods.js';

/** Longest wait for the endpoints: a Canary that is deleted must not stay because of them. */
const ENDPOINTS_MS = 10_000;
/** For data planes to read them, and for requests that are on their way. */
const HEARD_MS = 500;
const POLL_MS = 50;

/**
 * Waits until the application's Service, which has been given back, leads to the target's pods and to no pod of the primary
 * any more: those go with the Canary.
 */
export async function untilServiceLeadsBack(
  cache: ClusterCache,
  { canary, router }: Pick<CanaryContext, 'canary' | 'router'>,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, service, targetRef } = canary;
  if (targetRef.kind === SERVICES.kind) return;
  const current = await cache.get(SERVICES, namespace, service.name);
  // One of our own goes with the Canary.
  if (!current || isOwnedBy(current, canary.owner)) return;
  const began = performance.now();
  while (performance.now() - began < ENDPOINTS_MS) {
    const found = await readyPods(cache, namespace, service.name);
    const going = await readyPods(cache, namespace, service.primaryName);
    if ((found.length > 0 || going.length === 0) && !found.some((pod) => going.includes(pod))) break;
    await sleep(POLL_MS, undefined, { signal });
  }
  await sleep(Math.max(HEARD_MS, router.followsWithinMs ?? 0), undefined, { signal });
}
