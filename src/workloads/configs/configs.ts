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
import { amend, remove, write } from '../../kubernetes/write.js';
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

/** The primary's copies of the ConfigMaps and Secrets that a target uses. */
export class Configs {
  /** Checksums of the sources and the copies. */
  readonly checksums: Checksums;
  /** Former contents of the copies, from before promotions. */
  readonly former: FormerCopies;

  constructor(private readonly cache: ClusterCache) {
    this.checksums = new Checksums(cache);
    this.former = new FormerCopies(cache);
  }

  /** Whether the primary's copies equal their sources. @param names of the copies, by key of the source */
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

  /** @throws UserError where a copy, or its former content, would overwrite a foreign object */
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
   * @param remember save what the copies held, for {@link restore}
   * @throws UserError where one of the names belongs to a foreign object
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
      const source = await this.cache.read(type, wish.namespace, reference.name);
      if (!source) throw missing(reference, wish.namespace);
      const name = nameIn(names, reference);
      if (remember) await this.keepPrevious(type, name, source, wish, fence);
      await this.put(type, name, source, wish, fence);
    }
  }

  /**
   * Copies of the primary that are missing, are foreign, or don't hold what was promoted.
   *
   * @param promoted checksums, by key of the source; undefined where they are unknown
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
      // A copy that several Canaries own, or that another Canary controls, isn't written.
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
   * Restores the promoted content of one copy, from its source or from its saved content.
   *
   * @param promoted see {@link strays}
   * @throws UserError where neither holds it any more
   */
  async mend(
    { source: reference, copy: name }: Copied,
    promoted: Readonly<Record<string, string>> | undefined,
    wish: CopyWish,
    fence: Claim,
  ): Promise<void> {
    const type = configType(reference);
    const source = await this.cache.read(type, wish.namespace, reference.name);
    const wanted = promoted?.[keyOf(reference)];
    const holds = (object: KubeObject | undefined): boolean =>
      object !== undefined && (wanted === undefined || checksumOf(object) === wanted);
    const kept = holds(source) ? source : await this.cache.read(type, wish.namespace, previousName(name));
    if (!kept || !holds(kept)) {
      throw new UserError(
        `${type.kind} ${name}.${wish.namespace} can't be made again as it was promoted: ${reference.name} holds something else by now`,
      );
    }
    await this.put(type, name, kept, wish, fence);
  }

  /**
   * Restores the former contents of the copies. All of them get the fence annotation: a late promotion must not get
   * through.
   *
   * @param copies the configs that the primary's pods refer to; those that aren't copies of this Canary are left alone
   * @param epoch of the promotion
   */
  async restore(
    copies: readonly ConfigReference[],
    wish: CopyWish,
    fence: Claim,
    epoch: number | undefined,
  ): Promise<void> {
    for (const reference of copies) {
      const type = configType(reference);
      const kept = await this.cache.read(type, wish.namespace, previousName(reference.name));
      const current = await this.cache.read(type, wish.namespace, reference.name);
      const former = kept ?? current;
      if (!former || !isOwnedBy(former, wish.owner)) continue;
      if (current && !isOwnedBy(current, wish.owner)) continue;
      // A copy that several Canaries own isn't written, but an earlier version may have done so in this promotion.
      if (current && isShared(current, wish.owner) && (!kept || epochOf(kept) !== epoch)) continue;
      await this.put(type, reference.name, former, wish, fence, true);
    }
  }

  /** Makes this Canary a co-owner of copies that another Canary controls, so that they stay if that one is deleted. */
  async share(copies: readonly KubeObject[], owner: OwnerReference, fence: Claim): Promise<void> {
    for (const { apiVersion, kind, metadata } of copies) {
      const type = kind === SECRETS.kind ? SECRETS : CONFIG_MAPS;
      const { namespace = '', name, ownerReferences = [], resourceVersion } = metadata;
      const ours = { ...owner, controller: false, blockOwnerDeletion: false };
      const body = { apiVersion, kind, metadata: { resourceVersion, ownerReferences: [...ownerReferences, ours] } };
      await amend(this.cache, type, { namespace, name }, body, { fence });
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
    const current = await this.cache.read(type, wish.namespace, name);
    if (current && checksumOf(current) !== checksumOf(source)) {
      await this.put(type, previousName(name), current, wish, fence);
    } else {
      await this.forgetOlder(type, previousName(name), wish, fence);
    }
  }

  /** The content saved before an earlier promotion isn't the one before this promotion. */
  private async forgetOlder(type: ResourceType, name: string, wish: CopyWish, fence: Claim): Promise<void> {
    const kept = await this.cache.read(type, wish.namespace, name);
    if (!kept || !isOwnedBy(kept, wish.owner)) return;
    // A promotion that is carried out twice must not delete what it has just saved.
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
    // The cache doesn't have the content, so it must be read.
    const known = await this.cache.read(type, wish.namespace, name);
    const isFit = known && isOurs(known, wish.owner) && known['type'] === source['type'];
    if (!stamp && isFit && checksumOf(known) === checksumOf(source)) return;
    // Each of several owners restores the copy.
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
      // The cached copy has no content: only a forced write is sure to happen.
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

/** Where several Canaries own a copy all of them stay owners, the one that wrote last as its controller. */
function owners(current: KubeObject | undefined, owner: OwnerReference): readonly OwnerReference[] {
  const others = (current?.metadata.ownerReferences ?? []).filter((ref) => ref.uid !== owner.uid);
  return [owner, ...others.map((ref) => ({ ...ref, controller: false }))];
}
