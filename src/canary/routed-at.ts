import type { ClusterCache } from '../kube/cache.js';
import { FIELD_MANAGER } from '../kube/client.js';
import { formatFence, type Fence } from '../domain/decision/fence.js';
import type { KubeObject } from '../kube/object.js';
import { FENCE_ANNOTATION } from '../kubernetes/write.js';
import type { CanaryContext } from './read.js';

/** The API server's times are whole seconds. */
const GRAIN_MS = 1_000;

/**
 * Divides the traffic, and returns how long ago it was divided so: an attempt whose answer was lost may have done it
 * already, and users have met the canary since then.
 *
 * @returns milliseconds; 0 where it was done just now
 */
export async function routed(
  cache: ClusterCache,
  context: CanaryContext,
  fence: Fence,
  now: () => number,
  divide: () => Promise<unknown>,
): Promise<number> {
  const before = await stamped(cache, context, fence);
  await divide();
  const after = await stamped(cache, context, fence);
  const stood = after.length > 0 && after.length === before.length && after.every((one, i) => isSame(one, before[i]));
  if (!stood) return 0;
  const times = after.map(writtenAt).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? 0 : Math.max(0, now() - Math.max(...times) - GRAIN_MS);
}

/** Objects with exactly this fence: this batch has written them already. */
async function stamped(
  cache: ClusterCache,
  { canary, router }: CanaryContext,
  fence: Fence,
): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const { type, name } of router.concerns(canary)) {
    const object = await cache.get(type, canary.namespace, name);
    if (object?.metadata.annotations?.[FENCE_ANNOTATION] === formatFence(fence)) found.push(object);
  }
  return found;
}

function isSame(a: KubeObject, b: KubeObject | undefined): boolean {
  return a.metadata.uid === b?.metadata.uid && a.metadata.resourceVersion === b?.metadata.resourceVersion;
}

/** When we have last written it, milliseconds since 1970; NaN where that is unknown. */
function writtenAt({ metadata }: KubeObject): number {
  const times = metadata.managedFields?.filter(({ manager }) => manager === FIELD_MANAGER) ?? [];
  return Math.max(...times.map(({ time }) => Date.parse(time ?? '')));
}
