import { setTimeout as sleep } from 'node:timers/promises';
import type { Canary } from '../crds/canary.js';
import type { ClusterCache } from '../kube/cache.js';
import { endpointsIn, isReady, SERVICE_NAME } from '../kube/endpoint-slices.js';
import { ENDPOINT_SLICES, SERVICES } from '../kube/object.js';
import { isOwnedBy } from '../kubernetes/ownership.js';
import type { Router } from '../routers/port.js';
import type { CanaryContext } from './read.js';

// Waits, before pods are stopped, until no data plane sends them requests any more.

export interface DrainTimes {
  /** Longest wait for a data plane that reports what it has applied, in milliseconds. */
  readonly settleLimit: number;
  /** Wait for one that doesn't report, or reports less than that. */
  readonly blind: number;
  /** For requests that were on their way when the weights changed. */
  readonly inFlight: number;
  readonly poll: number;
}

const TIMES: DrainTimes = { settleLimit: 10_000, blind: 2_000, inFlight: 500, poll: 50 };

/**
 * Waits until the data plane has applied the weights, so that pods stop only when they get no more requests. The wait
 * is limited: a data plane that never reports success must not keep a release from ending. Some data planes can report
 * only failure: the wait for those begins with the last failure.
 *
 * @returns false where the data plane still reports, when the wait is over, that it has not applied the weights
 */
export async function drain(router: Router, canary: Canary, signal: AbortSignal, times = TIMES): Promise<boolean> {
  const began = Date.now();
  const blind = Math.max(times.blind, router.followsWithinMs ?? 0);
  let unsureSince = began;
  let settled: boolean | undefined;
  while (Date.now() - began < times.settleLimit) {
    settled = await router.isSettled(canary);
    if (settled === true) break;
    if (settled === false) unsureSince = Date.now();
    else if (Date.now() - unsureSince >= blind) break;
    await sleep(times.poll, undefined, { signal });
  }
  await sleep(times.inFlight, undefined, { signal });
  return settled !== false;
}

/** What an Event says where {@link drain} returns false. */
export function undrained({ name, namespace }: Canary): string {
  const limit = TIMES.settleLimit / 1000;
  return `The data plane has not accepted the last change of the route of ${name}.${namespace} within ${limit}s, its requests may still go to pods that are stopped now`;
}

/** Longest wait for the endpoints: they must not block the deletion of a Canary. */
const ENDPOINTS_MS = 10_000;

/** @returns the names of the pods that a Service leads to, as data planes read them from its EndpointSlices */
export async function readyPods(cache: ClusterCache, namespace: string, service: string): Promise<readonly string[]> {
  const store = await cache.synced(ENDPOINT_SLICES);
  return store
    .list(namespace)
    .filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === service)
    .flatMap(endpointsIn)
    .filter(isReady)
    .map(({ targetRef }) => targetRef?.name ?? '');
}

/**
 * Waits until the application's Service, which has been given back, leads to the target's pods and to no pod of the
 * primary any more: those are deleted with the Canary.
 */
export async function untilServiceLeadsBack(
  cache: ClusterCache,
  { canary, router }: Pick<CanaryContext, 'canary' | 'router'>,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, service, targetRef } = canary;
  if (targetRef.kind === SERVICES.kind) return;
  const current = await cache.get(SERVICES, namespace, service.name);
  // One of our own is deleted with the Canary.
  if (!current || isOwnedBy(current, canary.owner)) return;
  const began = performance.now();
  while (performance.now() - began < ENDPOINTS_MS) {
    const found = await readyPods(cache, namespace, service.name);
    const going = await readyPods(cache, namespace, service.primaryName);
    if ((found.length > 0 || going.length === 0) && !found.some((pod) => going.includes(pod))) break;
    await sleep(TIMES.poll, undefined, { signal });
  }
  await sleep(Math.max(TIMES.inFlight, router.followsWithinMs ?? 0), undefined, { signal });
}
