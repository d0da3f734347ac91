import { FencedError } from '../errors.js';
import type { ClusterCache } from './cache.js';
import { KubeError } from './client.js';
import { formatFence, isOlder, parseFence, type Fence } from './lease.js';
import type { KubeObject, ResourceType } from './object.js';
import { titleOf } from './object.js';

/** Which run, and which batch of it, wrote an object last. */
export const FENCE_ANNOTATION = 'serinus.dev/fence';
const ATTEMPTS = 8;

/**
 * Writes an object that decides about traffic, guarded twice: refused where a newer writer has stamped it, and
 * conditional on the version that was read, so that a writer who froze between reading and writing is refused as well.
 *
 * @param desire what the object shall be, from what it is; undefined = leave it as it is
 * @param options.touch write the stamp even where nothing else changes: it shuts out every older writer
 * @returns the object as it is now; undefined where `desire` made nothing of a missing one
 * @throws FencedError where a newer writer has been here
 */
export async function writeFenced(
  cache: ClusterCache,
  type: ResourceType,
  key: { readonly namespace: string; readonly name: string },
  fence: Fence,
  desire: (current: KubeObject | undefined) => KubeObject | undefined,
  options: { readonly touch?: boolean; readonly same?: (current: KubeObject, desired: KubeObject) => boolean } = {},
): Promise<KubeObject | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const fresh = attempt > 0 || options.touch === true;
    const current = await (fresh ? cache.getFresh(type, key.namespace, key.name) : cache.get(type, key.namespace, key.name));
    if (current) refuseOlder(current, fence);
    const desired = desire(current);
    if (desired === undefined) return current;
    if (current && !options.touch && options.same?.(current, desired)) return current;
    try {
      const written = await cache.client.apply(type, stamped(desired, current, fence));
      cache.remember(type, written);
      return written;
    } catch (error) {
      if (!isRace(error) || attempt >= ATTEMPTS) throw error;
    }
  }
}

function refuseOlder(current: KubeObject, fence: Fence): void {
  const stamp = parseFence(current.metadata.annotations?.[FENCE_ANNOTATION]);
  if (stamp && isOlder(fence, stamp)) {
    throw new FencedError(`${titleOf(current)} was written by ${formatFence(stamp)}, after ${formatFence(fence)}`);
  }
}

function stamped(desired: KubeObject, current: KubeObject | undefined, fence: Fence): KubeObject {
  return {
    ...desired,
    metadata: {
      ...desired.metadata,
      annotations: { ...desired.metadata.annotations, [FENCE_ANNOTATION]: formatFence(fence) },
      ...(current?.metadata.resourceVersion === undefined ? {} : { resourceVersion: current.metadata.resourceVersion }),
    },
  };
}

/** Somebody else has written, made or deleted the object since it was read. */
export function isRace(error: unknown): boolean {
  return error instanceof KubeError && (error.conflict || error.alreadyExists || error.notFound);
}
