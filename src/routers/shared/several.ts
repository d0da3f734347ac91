import type { Canary } from '../../crds/canary.js';
import type { Weights } from '../../domain/weights.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { titleOf, type KubeObject, type NamedObject, type ResourceType } from '../../kube/object.js';
import { errorOf } from '../../errors.js';
import { isOurs, type OwnedObject } from '../../kubernetes/ownership.js';
import { remove } from '../../kubernetes/write.js';
import type { Router } from '../port.js';

/** References of a Canary that may name several objects. */
export type SourceField = 'ingressRef' | 'routeRef';

/**
 * A {@link Router} that generates one object for each of the users' objects that the Canary names: in its reference,
 * and in an annotation. All of them get the same weights. Objects generated for one that the Canary no longer names are
 * deleted.
 */
export class SeveralRouter implements Router {
  readonly provider: string;
  readonly watches: readonly ResourceType[];
  readonly followsWithinMs: number | undefined;

  /** @param type of the generated objects */
  constructor(
    private readonly cache: ClusterCache,
    private readonly one: Router,
    private readonly field: SourceField,
    private readonly type: ResourceType,
  ) {
    this.provider = one.provider;
    this.watches = one.watches;
    this.followsWithinMs = one.followsWithinMs;
  }

  async refresh(canary: Canary): Promise<void> {
    for (const each of this.each(canary)) await this.one.refresh(each);
  }

  async reconcile(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    // A new one gets the weights that the others have.
    const standing = (await this.standing(canary)) ?? weights;
    for (const each of this.each(canary)) await this.one.reconcile(each, standing, fence);
    for (const object of await this.leftovers(canary)) {
      await remove(this.cache, this.type, object, { fence, of: canary.uid });
      await this.cache.getFresh(this.type, canary.namespace, object.metadata.name);
    }
  }

  async drift(canary: Canary): Promise<readonly string[]> {
    const drift: string[] = [];
    for (const each of this.each(canary)) drift.push(...(await this.one.drift(each)));
    return [...drift, ...(await this.leftovers(canary)).map(titleOf)];
  }

  async weights(canary: Canary): Promise<Weights | undefined> {
    const found: Weights[] = [];
    for (const each of this.each(canary)) {
      const weights = await this.one.weights(each);
      if (!weights) return undefined;
      found.push(weights);
    }
    return largest(found);
  }

  /** Tries all of them even if one fails: in a rollback, each success brings users back to the primary. */
  async setWeights(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    await this.forEach(canary, (each) => this.one.setWeights(each, weights, fence));
  }

  async isSettled(canary: Canary): Promise<boolean | undefined> {
    const settled = await Promise.all(this.each(canary).map((each) => this.one.isSettled(each)));
    if (settled.includes(false)) return false;
    return settled.includes(undefined) ? undefined : true;
  }

  async finalize(canary: Canary, fence: Claim): Promise<void> {
    await this.forEach(canary, (each) => this.one.finalize(each, fence));
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return this.each(canary).flatMap((each) => this.one.owns(each));
  }

  concerns(canary: Canary): readonly NamedObject[] {
    return this.each(canary).flatMap((each) => this.one.concerns(each));
  }

  private async forEach(canary: Canary, work: (each: Canary) => Promise<void>): Promise<void> {
    const problems: Error[] = [];
    for (const each of this.each(canary)) {
      await work(each).catch((error: unknown) => problems.push(errorOf(error)));
    }
    const [first] = problems;
    if (first) throw first;
  }

  private each(canary: Canary): readonly Canary[] {
    return forEachSource(canary, this.field);
  }

  /** The weights of the first that has any: all have the same, unless a writer was interrupted. */
  private async standing(canary: Canary): Promise<Weights | undefined> {
    const { namespace } = canary;
    for (const each of this.each(canary)) {
      const [made] = this.one.owns(each);
      const object = made && (await this.cache.get(this.type, namespace, made.name));
      const weights = object && isOurs(object, canary.owner) ? await this.one.weights(each) : undefined;
      if (weights) return weights;
    }
    return undefined;
  }

  private async leftovers(canary: Canary): Promise<readonly KubeObject[]> {
    const wanted = this.owns(canary).map(({ name }) => name);
    const all = (await this.cache.synced(this.type)).list(canary.namespace);
    return all.filter((object) => isOurs(object, canary.owner) && !wanted.includes(object.metadata.name));
  }
}

/** The Canary once for each of the users' objects, as if that were its only one. */
export function forEachSource(canary: Canary, field: SourceField): readonly Canary[] {
  const ref = canary[field];
  const others = ref ? canary.own.moreSources.filter((name) => name !== ref.name) : [];
  return [canary, ...[...new Set(others)].map((name) => ({ ...canary, [field]: { ...ref, name } }))];
}

/** The largest canary share: where they differ a writer was interrupted, and the next write makes them equal. */
function largest([first, ...others]: readonly Weights[]): Weights | undefined {
  return others.reduce<Weights | undefined>((most, one) => (most && one.canary > most.canary ? one : most), first);
}
