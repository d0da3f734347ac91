import { setTimeout as sleep } from 'node:timers/promises';
import { podsToComeHome } from '../domain/capacity.js';
import { sharesOf } from '../domain/weights.js';
import { isAvailable } from '../domain/findings.js';
import { messageOf, UserError } from '../errors.js';
import type { Stray } from '../domain/strays.js';
import type { ClusterCache } from '../kube/cache.js';
import type { Claim } from '../kubernetes/claim.js';
import { endpointsIn, isReady, slicesOf } from '../kube/endpoint-slices.js';
import { ENDPOINT_SLICES, SERVICES } from '../kube/object.js';
import { desiredService } from '../kubernetes/objects/service.js';
import { isFree } from '../kubernetes/ownership.js';
import { isSame, write } from '../kubernetes/write.js';
import type { PodsView } from '../workloads/port.js';
import type { CanaryContext } from './read.js';
import { servicesOf } from './generated.js';
import { isDiverted } from './warm.js';

/** Longest wait for a new Service to lead to pods. */
const ENDPOINTS_MS = 5_000;
const POLL_MS = 50;

/** The side that traffic is about to be sent to. */
export interface Destination {
  /** `Kind/name` of objects that were created again, or corrected. */
  readonly made: readonly string[];
  /** What could not be corrected, in words for an event. */
  readonly problems: readonly string[];
  /** Requests that are sent there arrive at pods, if there are any. */
  readonly isReachable: boolean;
}

/** How a destination is corrected. */
export interface Making {
  readonly fence: Claim;
  /** Hash of the revision for a missing primary; undefined where none is to be created. */
  readonly runs: string | undefined;
  /** Reads the API server, not a cache. */
  readonly fresh?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Corrects one side before traffic is sent to it: its Services, and for the primary also what its pods need: the
 * workload, the copies of its configs, its autoscaler. Correct objects cost nothing. What a user must fix is reported,
 * and doesn't block the rest.
 *
 * The caller checks its pods, and its route is written with the weights.
 *
 * @throws FencedError where a newer run has taken over
 */
export async function makeWhole(
  cache: ClusterCache,
  context: CanaryContext,
  of: 'primary' | 'canary',
  making: Making,
): Promise<Destination> {
  const { canary, workload } = context;
  const made: string[] = [];
  const problems: string[] = [];
  const blind: string[] = [];
  const tried = async (work: () => Promise<readonly string[]>): Promise<void> => {
    try {
      made.push(...(await work()));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(messageOf(error));
    }
  };
  if (of === 'primary') {
    for (const stray of await driftOfWorkload(context, blind)) {
      if (making.runs === undefined && isPrimary(context, stray)) continue;
      await tried(async () => {
        await workload.mend(canary, stray, making.runs ?? '', making.fence);
        return [stray.object];
      });
    }
  }
  const pods = await podsOf(context, blind);
  const services = pods ? await servicesFor(cache, context, pods, of) : [];
  for (const wish of services) {
    await tried(async () => {
      const read = making.fresh ? cache.freshest.bind(cache) : cache.get.bind(cache);
      const current = await read(SERVICES, wish.namespace, wish.name);
      if (current && isFree(current, wish) && isSame(current, desiredService(wish, current))) return [];
      await write(cache, SERVICES, wish, (now) => desiredService(wish, now), { fence: making.fence, right: wish });
      const title = `${SERVICES.kind}/${wish.name}`;
      if (await hasPods(context, of)) {
        await untilEndpoints(cache, wish.namespace, wish.name, making.signal).catch((error: unknown) => {
          // It is there; nobody can say how soon it leads to pods.
          if (!(error instanceof UserError)) throw error;
          problems.push(messageOf(error));
        });
      }
      return [title];
    });
  }
  const reachable = await isReachable(cache, context, of);
  // An object that can't be read only matters where something is missing.
  return { made, problems: reachable ? problems : [...problems, ...blind], isReachable: reachable };
}

/**
 * Creates the Service of a side again that is to get no requests, if it is missing: a gateway may reject a route that
 * names a missing Service, as APISIX does, and keep dividing the requests as before. Its selector doesn't matter.
 *
 * @returns what a user must fix, in words for an event
 * @throws FencedError where a newer run has taken over
 */
export async function makeNameable(
  cache: ClusterCache,
  context: CanaryContext,
  of: 'primary' | 'canary',
  { fence, fresh }: Pick<Making, 'fence' | 'fresh'>,
): Promise<readonly string[]> {
  const { canary } = context;
  const name = serviceNameOf(canary, of);
  const read = fresh ? cache.freshest.bind(cache) : cache.get.bind(cache);
  if (await read(SERVICES, canary.namespace, name)) return [];
  const pods = await podsOf(context, []);
  const wish = pods && (await servicesFor(cache, context, pods, of)).find((one) => one.name === name);
  if (!wish) return [];
  try {
    await write(cache, SERVICES, wish, (now) => now ?? desiredService(wish, now), { fence, right: wish });
    return [];
  } catch (error) {
    // The gateway may accept the route all the same, so this doesn't block it.
    if (!(error instanceof UserError)) throw error;
    return [messageOf(error)];
  }
}

function isPrimary({ canary, workload }: CanaryContext, { object }: Stray): boolean {
  return object === `${workload.kind}/${canary.targetRef.primaryName}`;
}

/**
 * Scales the primary up for all of the traffic; doesn't wait for the pods.
 *
 * @returns their number
 */
export async function growHome(cache: ClusterCache, context: CanaryContext, fence: Claim): Promise<number> {
  const { canary, router, workload } = context;
  const pods = await podsNeeded(context, await weightOf(canary, router), await isDiverted(cache, context));
  await workload.grow(canary, pods, fence);
  return pods;
}

/**
 * The number of pods that the primary needs for all of the traffic.
 *
 * @param weight percent of it that doesn't go to the primary now
 * @param diverted the other side consists of the warm pods of the former version
 */
export async function podsNeeded(
  { canary, workload }: Pick<CanaryContext, 'canary' | 'workload'>,
  weight: number,
  diverted: boolean,
): Promise<number> {
  return podsToComeHome({
    primary: await workload.size(canary, 'primary'),
    canary: diverted
      ? ((await workload.warm?.size(canary)) ?? 0)
      : (await workload.size(canary, 'canary')) + ((await workload.baseline?.size(canary)) ?? 0),
    weight,
    most: await workload.most(canary),
  });
}

async function weightOf(canary: CanaryContext['canary'], router: CanaryContext['router']): Promise<number> {
  try {
    const weights = await router.weights(canary);
    return weights ? 100 - sharesOf(weights).primary : 0;
  } catch (error) {
    if (error instanceof UserError) return 0;
    throw error;
  }
}

async function driftOfWorkload({ canary, workload }: CanaryContext, problems: string[]) {
  try {
    return await workload.drift(canary);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(messageOf(error));
    return [];
  }
}

/** Without its target the desired state of a Service is unknown: it stays as it is. */
async function podsOf({ canary, workload }: CanaryContext, problems: string[]): Promise<PodsView | undefined> {
  try {
    return (await workload.look(canary)).pods;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!problems.includes(messageOf(error))) problems.push(messageOf(error));
    return undefined;
  }
}

async function servicesFor(cache: ClusterCache, context: CanaryContext, pods: PodsView, of: 'primary' | 'canary') {
  const { canary, workload } = context;
  const warm = (await isDiverted(cache, context)) ? workload.warm : undefined;
  const ofCanary = canary.service.canaryName;
  return servicesOf(canary, pods, warm).filter(({ name }) => (name === ofCanary) === (of === 'canary'));
}

/** Whether the side's Service exists and can get requests; its pods are checked elsewhere. */
async function isReachable(cache: ClusterCache, { canary }: CanaryContext, of: 'primary' | 'canary'): Promise<boolean> {
  return (await cache.get(SERVICES, canary.namespace, serviceNameOf(canary, of))) !== undefined;
}

function serviceNameOf({ service }: CanaryContext['canary'], of: 'primary' | 'canary'): string {
  return of === 'primary' ? service.primaryName : service.canaryName;
}

/** Pods that a Service could lead to. */
async function hasPods({ canary, workload }: CanaryContext, of: 'primary' | 'canary'): Promise<boolean> {
  return (await workload.size(canary, of)) > 0 && isAvailable(await workload.readiness(canary, of, Date.now()));
}

/** Kubernetes takes a moment to find the pods of a new Service. */
async function untilEndpoints(cache: ClusterCache, namespace: string, service: string, signal: AbortSignal) {
  const labelSelector = slicesOf(service);
  const began = performance.now();
  while (performance.now() - began < ENDPOINTS_MS) {
    const items = await cache.query(ENDPOINT_SLICES, { namespace, labelSelector });
    if (items.flatMap(endpointsIn).some(isReady)) return;
    await sleep(POLL_MS, undefined, { signal });
  }
}
