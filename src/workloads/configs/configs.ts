import type { Stray } from '../../domain/strays.js';
import { UserError } from '../../errors.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { KubeObject, OwnerReference, ResourceType } from '../../kube/object.js';
import { CONFIG_MAPS, SECRETS } from '../../kube/object.js';
import { checksumOf } from '../../kubernetes/objects/config-checksum.js';
import { keyOf, type ConfigReference } from '../../kubernetes/objects/config-references.js';
import { withPrefixes } from '../../kubernetes/objects/metadata.js';
import { writtenBy } from '../../kubernetes/objects/strayed.js';
import { controllerOf, isCanary, isOurs, isOwnedBy, refuseForeign } from '../../kubernetes/ownership.js';
import { remove, write } from '../../kubernetes/write.js';
import { Checksums, configType, missing } from './checksums.js';
import { epochOf, FormerCopies, previousName } from './former-copies.js';

/** A config, and the name of its copy. */
export interface Copied {
  readonly source: ConfigReference;
  readonly copy: string;
}

export interface CopyWish {
  readonly namespace: string;
  readonly owner: OwnerReference;
  readonly prefixes: readonly string[];
}

/** The copies that the primary has of the ConfigMaps and Secrets that a target uses. */
export class Configs {
  /** What the sources and the copies hold. */
  readonly checksums: Checksums;
  /** What the copies held before promotions. */
  readonly former: FormerCopies;

  constructor(private readonly cache: ClusterCache) {
    this.checksums = new Checksums(cache);
    this.former = new FormerCopies(cache);
  }

  /** Whether the primary's copies hold what the sources hold. @param names of the copies, by key of the source */
  async copiesAreEqual(
    namespace: string,
    tracked: readonly ConfigReference[],
    checksums: Readonly<Record<string, string>>,
    names: ReadonlyMap<string, string>,
  ): Promise<boolean> {
    for (const reference of tracked) {
      const copy = { ...reference, name: nameIn(names, reference), optional: true };
      if ((await this.checksums.one(namespace, copy, false)) !== checksums[keyOf(reference)]) return false;
    }
    return true;
  }

  /** @throws UserError where a copy, or what is kept of one, would be written over somebody else's object */
  async refuseForeign(
    tracked: readonly ConfigReference[],
    names: ReadonlyMap<string, string>,
    { namespace, owner }: Pick<CopyWish, 'namespace' | 'owner'>,
  ): Promise<void> {
    for (const reference of tracked) {
      const type = configType(reference);
      const name = nameIn(names, reference);
      for (const one of [name, previousName(name)]) {
        const known = await this.cache.get(type, namespace, one);
        const current = known && !isOurs(known, owner) ? await this.cache.getFresh(type, namespace, one) : known;
        if (current) refuseForeign(current, { owner });
      }
    }
  }

  /**
   * Makes the primary's copies of the tracked configs.
   *
   * @param names of the copies, by key of the source
   * @param remember keep what the copies held, for {@link restore}
   * @throws UserError where one of the names is somebody else's
   */
  async copy(
    tracked: readonly ConfigReference[],
    names: ReadonlyMap<string, string>,
    wish: CopyWish,
    fence: Claim,
    remember: boolean,
  ): Promise<void> {
    for (const reference of tracked) {
      const type = configType(reference);
      const source = await this.cache.client.get(type, wish.namespace, reference.name);
      if (!source) throw missing(reference, wish.namespace);
      const name = nameIn(names, reference);
      if (remember) await this.keepPrevious(type, name, source, wish, fence);
      await this.put(type, name, source, wish, fence);
    }
  }

  /**
   * Copies of the primary that are missing, are somebody else's, or don't hold what was promoted.
   *
   * @param promoted checksums, by the key of what was copied; undefined where they aren't known
   */
  async strays(
    { namespace, owner }: Pick<CopyWish, 'namespace' | 'owner'>,
    copied: readonly Copied[],
    promoted: Readonly<Record<string, string>> | undefined,
  ): Promise<readonly Stray[]> {
    const strays: Stray[] = [];
    for (const { source, copy: name } of copied) {
      const type = configType(source);
      const object = `${type.kind}/${name}`;
      const current = await this.cache.get(type, namespace, name);
      // What several Canaries own, or another one looks after, none of them writes.
      if (current && (isShared(current, owner) || isAnothers(current, owner))) continue;
      const wanted = promoted?.[keyOf(source)];
      const copy = { ...source, name, optional: true };
      if (!current || !isOurs(current, owner)) strays.push({ object });
      else if (wanted !== undefined && (await this.checksums.one(namespace, copy, false)) !== wanted)
        strays.push({ object, field: 'data', ...writtenBy(current, 'data') });
    }
    return strays;
  }

  /**
   * Makes one copy hold again what was promoted: what its source still holds, or what was kept of it.
   *
   * @param promoted see {@link strays}
   * @throws UserError where nothing holds it any more
   */
  async mend(
    { source: reference, copy: name }: Copied,
    promoted: Readonly<Record<string, string>> | undefined,
    wish: CopyWish,
    fence: Claim,
  ): Promise<void> {
    const type = configType(reference);
    const { client } = this.cache;
    const source = await client.get(type, wish.namespace, reference.name);
    const wanted = promoted?.[keyOf(reference)];
    const holds = (object: KubeObject | undefined): boolean =>
      object !== undefined && (wanted === undefined || checksumOf(object) === wanted);
    const kept = holds(source) ? source : await client.get(type, wish.namespace, previousName(name));
    if (!kept || !holds(kept)) {
      throw new UserError(
        `${type.kind} ${name}.${wish.namespace} can't be made again as it was promoted: ${reference.name} holds something else by now`,
      );
    }
    await this.put(type, name, kept, wish, fence);
  }

  /**
   * Puts back what the copies held before. All of them are stamped: a late promotion must not get through.
   *
   * @param copies what the primary's pods refer to; what of that is no copy of this Canary is left alone
   * @param epoch of the promotion
   */
  async restore(
    copies: readonly ConfigReference[],
    wish: CopyWish,
    fence: Claim,
    epoch: number | undefined,
  ): Promise<void> {
    const { client } = this.cache;
    for (const reference of copies) {
      const type = configType(reference);
      const kept = await client.get(type, wish.namespace, previousName(reference.name));
      const current = await client.get(type, wish.namespace, reference.name);
      const former = kept ?? current;
      if (!former || !isOwnedBy(former, wish.owner)) continue;
      if (current && !isOwnedBy(current, wish.owner)) continue;
      // A copy that several Canaries own is written by none, but an earlier version may have done so in this promotion.
      if (current && isShared(current, wish.owner) && (!kept || epochOf(kept) !== epoch)) continue;
      await this.put(type, reference.name, former, wish, fence, true);
    }
  }

  /** Has copies that another Canary looks after stay for this one, too, should that one go. */
  async share(copies: readonly KubeObject[], owner: OwnerReference, fence: Claim): Promise<void> {
    for (const { apiVersion, kind, metadata } of copies) {
      const type = kind === SECRETS.kind ? SECRETS : CONFIG_MAPS;
      const { namespace = '', name, ownerReferences = [], resourceVersion } = metadata;
      const ours = { ...owner, controller: false, blockOwnerDeletion: false };
      await fence.confirm(false);
      const body = { apiVersion, kind, metadata: { resourceVersion, ownerReferences: [...ownerReferences, ours] } };
      await this.cache.client.patch(type, 'merge', namespace, name, body);
      await this.cache.getFresh(type, namespace, name);
    }
  }

  private async keepPrevious(
    type: ResourceType,
    name: string,
    source: KubeObject,
    wish: CopyWish,
    fence: Claim,
  ): Promise<void> {
    const current = await this.cache.client.get(type, wish.namespace, name);
    if (current && checksumOf(current) !== checksumOf(source)) {
      await this.put(type, previousName(name), current, wish, fence);
    } else {
      await this.forgetOlder(type, previousName(name), wish, fence);
    }
  }

  /** What a copy held before an earlier promotion is not what it held before this one. */
  private async forgetOlder(type: ResourceType, name: string, wish: CopyWish, fence: Claim): Promise<void> {
    const kept = await this.cache.client.get(type, wish.namespace, name);
    if (!kept || !isOwnedBy(kept, wish.owner)) return;
    // Carried out twice, a promotion must not forget what it has just kept.
    if (epochOf(kept) === fence.epoch) return;
    await remove(this.cache, type, kept, { fence });
  }

  private async put(
    type: ResourceType,
    name: string,
    source: KubeObject,
    wish: CopyWish,
    fence: Claim,
    stamp = false,
  ): Promise<void> {
    // The content isn't cached, so what is there now must be read.
    const known = await this.cache.client.get(type, wish.namespace, name);
    const isFit = known && isOurs(known, wish.owner) && known['type'] === source['type'];
    if (!stamp && isFit && checksumOf(known) === checksumOf(source)) return;
    // What several Canaries own is put back by each of them.
    const isPutBack = stamp && known !== undefined && isOwnedBy(known, wish.owner);
    const right = isPutBack ? {} : { right: { owner: wish.owner } };
    await write(
      this.cache,
      type,
      { namespace: wish.namespace, name },
      (current) => ({
        apiVersion: type.apiVersion,
        kind: type.kind,
        metadata: {
          ...current?.metadata,
          name,
          namespace: wish.namespace,
          labels: withPrefixes(source.metadata.labels, wish.prefixes),
          ownerReferences: owners(current, wish.owner),
        },
        data: source['data'],
        ...(source['binaryData'] === undefined ? {} : { binaryData: source['binaryData'] }),
        ...(source['type'] === undefined ? {} : { type: source['type'] }),
      }),
      // The cached copy has no content: only a forced write is sure to be made.
      { fence, stamp: true, touch: true, ...right },
    );
  }
}

function nameIn(names: ReadonlyMap<string, string>, reference: ConfigReference): string {
  const name = names.get(keyOf(reference));
  if (name === undefined) throw new Error(`there is no name for the copy of ${keyOf(reference)}`);
  return name;
}

function isShared({ metadata }: KubeObject, owner: OwnerReference): boolean {
  return metadata.ownerReferences?.some((one) => isCanary(one) && one.uid !== owner.uid) ?? false;
}

function isAnothers(object: KubeObject, owner: OwnerReference): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && isCanary(controller) && controller.uid !== owner.uid;
}

/** Where several Canaries own a copy, all of them go on doing so, the one that wrote last as its controller. */
function owners(current: KubeObject | undefined, owner: OwnerReference): readonly OwnerReference[] {
  const others = (current?.metadata.ownerReferences ?? []).filter((ref) => ref.uid !== owner.uid);
  return [owner, ...others.map((ref) => ({ ...ref, controller: false }))];
}
