import { UserError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import type { Fence } from '../domain/decision/fence.js';
import { isCredible, isOlder } from '../domain/decision/fence.js';
import type { NamedObject } from '../kube/object.js';
import { SERVICES } from '../kube/object.js';
import { stampOf } from '../kubernetes/write.js';
import { canaryContext, type CanaryView, type Reading, type CanaryContext } from './read.js';

/** All objects of a Canary that may have a fence annotation, each once. */
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
 * The newest fence annotation on the objects of a Canary: the next run's epoch must be beyond it, whatever the Lease
 * says, which may have been deleted, or restored from an old backup.
 *
 * @param known an epoch that has existed; a fence far beyond it is never one of ours
 * @param fresh reads the API server, for a process without a Lease; else the cache
 * @returns undefined where there is none, or those objects are unknown
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
    // No valid spec, or no route named in it.
    if (error instanceof UserError) return [];
    throw error;
  }
}

function read(cache: ClusterCache, { object }: CanaryView, { type, name }: NamedObject, fresh: boolean) {
  const namespace = object.metadata.namespace ?? '';
  return fresh ? cache.getFresh(type, namespace, name) : cache.get(type, namespace, name);
}
