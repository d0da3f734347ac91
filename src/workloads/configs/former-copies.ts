import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { parseFence } from '../../domain/decision/fence.js';
import { CONFIG_MAPS, SECRETS, type KubeObject, type NamedObject, type OwnerReference } from '../../kube/object.js';
import { isCopyName, keyOf, type ConfigReference } from '../../kubernetes/objects/config-references.js';
import { isOwnedBy } from '../../kubernetes/ownership.js';
import { amend, FENCE_ANNOTATION, remove } from '../../kubernetes/write.js';
import { configType } from './checksums.js';

/** Suffix of the saved content of a copy. */
const PREVIOUS = '-previous';

/** The name under which a copy's content from before the last promotion is saved. */
export function previousName(copy: string): string {
  return `${copy}${PREVIOUS}`;
}

/** The contents of the primary's copies from before promotions, saved so that they can be restored. */
export class FormerCopies {
  constructor(private readonly cache: ClusterCache) {}

  /**
   * For the references of the primary's pods: the saved contents from before its last promotion.
   *
   * @param epoch of that promotion: contents saved in other epochs are older
   * @returns its name, by the key of the reference
   */
  async names(
    copies: readonly ConfigReference[],
    namespace: string,
    epoch: number | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    for (const reference of copies) {
      const name = `${reference.name}${PREVIOUS}`;
      const kept = await this.cache.get(configType(reference), namespace, name);
      if (kept && epoch !== undefined && epochOf(kept) === epoch) names.set(keyOf(reference), name);
    }
    return names;
  }

  /** The saved contents of the owner's copies. */
  async of(namespace: string, owner: OwnerReference): Promise<readonly NamedObject[]> {
    const found = [CONFIG_MAPS, SECRETS].map(async (type) => {
      const store = await this.cache.synced(type);
      return store
        .list(namespace)
        .filter((object) => isCopyName(object.metadata.name, PREVIOUS) && isOwnedBy(object, owner))
        .map(({ metadata }) => ({ type, name: metadata.name }));
    });
    return (await Promise.all(found)).flat();
  }

  /** Deletes what {@link of} lists; where another Canary shares it, only the co-ownership ends. */
  async forget(namespace: string, owner: OwnerReference, fence: Claim): Promise<void> {
    for (const { type, name } of await this.of(namespace, owner)) {
      const object = await this.cache.read(type, namespace, name);
      if (!object || !isOwnedBy(object, owner)) continue;
      const { resourceVersion, ownerReferences = [] } = object.metadata;
      const others = ownerReferences.filter(({ uid }) => uid !== owner.uid);
      if (others.length === 0) {
        await remove(this.cache, type, object, { fence });
        continue;
      }
      const body = { metadata: { resourceVersion, ownerReferences: others } };
      await amend(this.cache, type, { namespace, name }, body, { fence });
    }
  }
}

/** The epoch of the run that wrote it last. */
export function epochOf({ metadata }: KubeObject): number | undefined {
  return parseFence(metadata.annotations?.[FENCE_ANNOTATION])?.epoch;
}
