import { UserError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import type { Fence } from '../domain/decision/fence.js';
import { isCredible, isOlder } from '../domain/decision/fence.js';
import type { NamedObject } from '../kube/object.js';
import { SERVICES } from '../kube/object.js';
import { stampOf } from '../kubernetes/write.js';
import { canaryContext, type CanaryView, type Reading, type CanaryContext } from './read.js';

/** Whatever Serinus may have stamped for a Canary, each once. */
export async function stampedObjects({ canary, workload, router }: CanaryContext): Promise<readonly NamedObject[]> {
  const { service } = canary;
  const services = [service.name, service.primaryName, service.canaryName].map((name) => ({ type: SERVICES, name }));
  const concerned = [...(await workload.concerns(canary)), ...router.concerns(canary), ...services];
  const copies = concerned.map(({ type, name }) => ({ type, name: `${name}-primary` }));
  const others = await Promise.all([workload.warm?.find(canary), workload.baseline?.find(canary)]);
  const all = [...concerned, ...copies, ...others.filter((one) => one !== undefined)];
  return [...new Map(all.map((object) => [`${object.type.plural}/${object.name}`, object])).values()];
}

/**
 * The newest fence that stands on the objects of a Canary: whoever takes the Canary must get past it, whatever its Lease
 * says, which may have been deleted, or restored from a time before.
 *
 * @param known an epoch that has been; a stamp far beyond it is nobody's of ours
 * @param fresh asks the API server: for whoever has no Lease to go by; else from the cache
 * @returns undefined where there is none, or nobody can say which objects those are
 */
export async function newestStamp(
  reading: Reading,
  view: CanaryView,
  { fresh, known = view.lease?.fence.epoch ?? 0 }: { readonly fresh: boolean; readonly known?: number },
): Promise<Fence | undefined> {
  let newest: Fence | undefined;
  for (const { type, name } of await objectsOf(reading, view)) {
    const object = await read(reading.cache, view, { type, name }, fresh);
    const stamp = object && stampOf(object, view.object.metadata.uid);
    if (!stamp || !isCredible(stamp, known)) continue;
    if (!newest || isOlder(newest, stamp)) newest = stamp;
  }
  return newest;
}

async function objectsOf(reading: Reading, view: CanaryView): Promise<readonly NamedObject[]> {
  try {
    return await stampedObjects(canaryContext(reading, view));
  } catch (error) {
    // No spec that anybody could go by, or no route named in it.
    if (error instanceof UserError) return [];
    throw error;
  }
}

function read(cache: ClusterCache, { object }: CanaryView, { type, name }: NamedObject, fresh: boolean) {
  const namespace = object.metadata.namespace ?? '';
  return fresh ? cache.getFresh(type, namespace, name) : cache.get(type, namespace, name);
}
