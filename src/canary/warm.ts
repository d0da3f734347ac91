import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import type { Claim } from '../kubernetes/claim.js';
import { SERVICES, type KubeObject } from '../kube/object.js';
import type { StringMap } from '../kubernetes/objects/metadata.js';
import { write } from '../kubernetes/write.js';
import type { WarmPods } from '../workloads/port.js';
import { selecting } from '../workloads/shared/selector.js';
import type { CanaryContext } from './read.js';
import { readyPods } from './drain.js';

/** Longest wait for the endpoints; after that the primary's rolling update is the quicker way. */
const ENDPOINTS_MS = 5_000;
/** Longest wait for more of them, within the time that an activity may take. */
const GROWTH_MS = 15_000;
const POLL_MS = 25;
/** Data planes watch endpoints themselves, and may see a change a moment later. */
const HEARD_MS = 150;

/**
 * Points the canary's Service at the warm pods of the former version, and waits until it leads to them and to no
 * others.
 *
 * @throws UserError where there are none, or they can't be reached in time
 */
export async function divert(
  cache: ClusterCache,
  context: CanaryContext,
  fence: Claim,
  signal: AbortSignal,
): Promise<void> {
  const { canary, workload } = context;
  const { warm } = workload;
  const selector = await workload.selector(canary);
  if (!warm || !selector) throw new UserError(`${canary.targetRef.name} has no pods of its former version`);
  await untilBigEnough(context, warm, fence, signal);
  await select(cache, context, selecting(selector, warm.label(selector)), fence);
  const began = Date.now();
  while (!(await leadsToWarmPods(cache, context, warm))) {
    if (Date.now() - began > ENDPOINTS_MS)
      throw new UserError(`the Service ${canary.service.canaryName} doesn't lead to the pods of the former version`);
    await sleep(POLL_MS, undefined, { signal });
  }
  await sleep(HEARD_MS, undefined, { signal });
}

/**
 * Scales them to the primary's size: it may have grown since they were started, and all of its traffic comes to them.
 *
 * @throws UserError where that takes longer than the primary's own rolling update may: for instance because of a quota
 */
async function untilBigEnough(
  { canary }: CanaryContext,
  warm: WarmPods,
  fence: Claim,
  signal: AbortSignal,
): Promise<void> {
  await warm.grow(canary, fence);
  const began = performance.now();
  for (;;) {
    const readiness = await warm.readiness(canary, Date.now());
    if (readiness?.ready) return;
    if (performance.now() - began > GROWTH_MS) {
      const reason = readiness?.reason ?? 'there are none';
      // The primary's own rolling update needs their share of a quota.
      await warm.drop(canary, fence);
      throw new UserError(
        `the pods of the former version are too few for all of the traffic (${reason}): it stays with the primary, whose own rolling update brings that version back`,
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Whether the canary's Service leads to the warm pods. */
export async function isDiverted(cache: ClusterCache, { canary, workload }: CanaryContext): Promise<boolean> {
  const selector = await workload.selector(canary);
  if (!workload.warm || !selector) return false;
  const service = await cache.get(SERVICES, canary.namespace, canary.service.canaryName);
  return selectorOf(service)[selector.label] === workload.warm.label(selector);
}

/** Points the canary's Service back at the target. */
export async function pointBack(cache: ClusterCache, context: CanaryContext, fence: Claim): Promise<void> {
  if (!(await isDiverted(cache, context))) return;
  const selector = await context.workload.selector(context.canary);
  if (selector) await select(cache, context, selecting(selector, selector.value), fence);
}

async function select(
  cache: ClusterCache,
  { canary }: CanaryContext,
  selector: StringMap,
  fence: Claim,
): Promise<void> {
  const key = { namespace: canary.namespace, name: canary.service.canaryName };
  await write(
    cache,
    SERVICES,
    key,
    (current) => current && { ...current, spec: { ...(current['spec'] as object), selector } },
    { fence, right: { owner: canary.owner } },
  );
}

async function leadsToWarmPods(cache: ClusterCache, { canary }: CanaryContext, warm: WarmPods): Promise<boolean> {
  const ready = await readyPods(cache, canary.namespace, canary.service.canaryName);
  return ready.length > 0 && ready.every((pod) => warm.has(canary, pod));
}

function selectorOf(service: KubeObject | undefined): Readonly<Record<string, string>> {
  return (service?.['spec'] as { selector?: Readonly<Record<string, string>> } | undefined)?.selector ?? {};
}
