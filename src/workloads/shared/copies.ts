import type { ClusterCache } from '../../kube/cache.js';
import { DAEMON_SETS, DEPLOYMENTS, type KubeObject, type OwnerReference } from '../../kube/object.js';
import {
  configReferences,
  copyName,
  isCopyName,
  keyOf,
  ownCopyName,
  type ConfigReference,
} from '../../kubernetes/objects/config-references.js';
import { controllerOf, isCanary, isOurs, isOwnedBy } from '../../kubernetes/ownership.js';
import { configType } from '../configs/checksums.js';
import { asPodController, type PodController } from './pod-controller.js';

/** Names of a primary's copies, by the key of the source. */
export type CopyNames = ReadonlyMap<string, string>;

/** Who reads the copies. */
export interface Copier {
  readonly namespace: string;
  readonly owner: OwnerReference;
  /** The primary, if it exists. */
  readonly primary: PodController | undefined;
}

/** The copies that a primary reads; for a reference without a copy yet, the name that Flagger gives it. */
export function namesInUse(tracked: readonly ConfigReference[], { owner, primary }: Copier): CopyNames {
  const read = readBy(primary);
  return new Map(
    tracked.map((reference) => {
      const own = ownCopyName(reference.name, owner.name);
      return [keyOf(reference), read.has(keyOf({ ...reference, name: own })) ? own : copyName(reference.name)];
    }),
  );
}

/**
 * Names of the copies that are written for a primary. Each Canary has copies of its own: another Canary's promotion or
 * deletion must not change what this one's users get. The first gets the name that Flagger gives it. A copy that
 * another Canary also reads or owns, as Flagger leaves shared ones, is no longer written by either.
 */
export async function namesToWrite(
  cache: ClusterCache,
  tracked: readonly ConfigReference[],
  copier: Copier,
): Promise<CopyNames> {
  const names = new Map(namesInUse(tracked, copier));
  for (const reference of tracked) {
    const common = copyName(reference.name);
    if (names.get(keyOf(reference)) !== common || !(await isOthers(cache, { ...reference, name: common }, copier)))
      continue;
    names.set(keyOf(reference), ownCopyName(reference.name, copier.owner.name));
  }
  return names;
}

/**
 * Copies that a primary reads and that would be deleted with another Canary: an earlier version made their first user
 * their only owner.
 *
 * @param references of the primary's pods
 */
export async function unshared(
  cache: ClusterCache,
  references: readonly ConfigReference[],
  { namespace, owner }: Pick<Copier, 'namespace' | 'owner'>,
): Promise<readonly KubeObject[]> {
  const copies = references.filter(({ name }) => isCopyName(name));
  const found = await Promise.all(copies.map((copy) => cache.get(configType(copy), namespace, copy.name)));
  return found.filter((copy): copy is KubeObject => {
    if (!copy || isOwnedBy(copy, owner)) return false;
    const controller = controllerOf(copy);
    return controller !== undefined && isCanary(controller);
  });
}

async function isOthers(cache: ClusterCache, common: ConfigReference, copier: Copier): Promise<boolean> {
  const { namespace, owner } = copier;
  const known = await cache.get(configType(common), namespace, common.name);
  // A missing copy may be about to be created by another Canary.
  const copy = known ?? (await cache.getFresh(configType(common), namespace, common.name));
  // A copy of a former Canary with this name is deleted with that one, and then the name is free.
  const isAnothers = (one: OwnerReference): boolean =>
    isCanary(one) && one.uid !== owner.uid && one.name !== owner.name;
  if (copy?.metadata.ownerReferences?.some(isAnothers)) return true;
  // An earlier version made its first user its only owner.
  return copy !== undefined && isOurs(copy, owner) && (await isReadByOthers(cache, common, copier));
}

async function isReadByOthers(
  cache: ClusterCache,
  common: ConfigReference,
  { namespace, owner }: Copier,
): Promise<boolean> {
  for (const type of [DEPLOYMENTS, DAEMON_SETS]) {
    const store = await cache.synced(type);
    const primaries = store.list(namespace).filter((workload) => {
      const controller = controllerOf(workload);
      return controller !== undefined && isCanary(controller) && controller.uid !== owner.uid;
    });
    if (primaries.some((primary) => readBy(asPodController(primary)).has(keyOf(common)))) return true;
  }
  return false;
}

function readBy(primary: PodController | undefined): ReadonlySet<string> {
  return new Set(primary ? configReferences(primary.spec.template.spec).map(keyOf) : []);
}
