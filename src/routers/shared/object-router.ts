import type { Canary } from '../../crds/canary.js';
import type { Weights } from '../../domain/weights.js';
import { DataPlaneLate, RefusedError, UserError } from '../../errors.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { Fence } from '../../domain/decision/fence.js';
import { titleOf, type KubeObject, type NamedObject, type ResourceType } from '../../kube/object.js';
import { isFree, type OwnedObject, type Right } from '../../kubernetes/ownership.js';
import { isSame, remove, withoutStamp, write } from '../../kubernetes/write.js';
import type { Router } from '../port.js';
import { dropped } from './dropped.js';

/** The inputs for a generated object. */
export interface Wish {
  readonly canary: Canary;
  /** The users' object that ours is derived from, where the provider has one. */
  readonly source: KubeObject | undefined;
  /** Our object as it is; undefined where it must be created. */
  readonly current: KubeObject | undefined;
  readonly weights: Weights;
  /** The writer's fence; undefined where nothing is written. */
  readonly fence: Fence | undefined;
}

/** An error that a data plane reports about an object. */
export interface Complaint {
  /** For an Event. */
  readonly text: string;
  /** It just has not reported yet on the last change. */
  readonly late: boolean;
}

/** A traffic provider that needs a single object, as pure functions of the existing and the desired state. */
export interface Blueprint {
  /** As `spec.provider` names it. */
  readonly provider: string;
  readonly type: ResourceType;
  /** Name of the generated object. @throws UserError where the Canary lacks what the name needs */
  name(canary: Canary): string;
  /** The users' object of the same kind that ours is derived from; absent where there is none. */
  readonly source?: {
    name(canary: Canary): string;
    /** The message where it doesn't exist. */
    missing(canary: Canary): string;
  };
  /** It stands for the users' own service, and an existing one is taken over. */
  readonly takesOver?: true;
  /**
   * The object as it shall be: everything that the router doesn't manage as in `current`.
   *
   * @throws UserError for what the provider can't do
   */
  desired(wish: Wish): KubeObject;
  /**
   * The object with all traffic on one side, without reading its source or anything that `desired` may refuse: a
   * rollback must be possible whatever users have done meanwhile. Never throws.
   */
  readonly reweighed?: (current: KubeObject, canary: Canary, weights: Weights) => KubeObject;
  /** How the object divides the traffic; undefined where it does so in an unknown way. */
  weights(object: KubeObject, canary: Canary): Weights | undefined;
  /** The data plane's error about the object; undefined where there is none. */
  readonly complaint?: (object: KubeObject, canary: Canary) => Complaint | undefined;
  /** See {@link Router.isSettled}; absent for a provider that doesn't report it. */
  readonly isSettled?: (object: KubeObject, canary: Canary) => boolean | undefined;
  /** The object as users get it back at the end; absent where it stays as it is, or is deleted. Never throws. */
  readonly givenBack?: (current: KubeObject, canary: Canary) => KubeObject;
  /** See {@link Router.followsWithinMs}. */
  readonly followsWithinMs?: number;
  /** The object is deleted at the end instead of being left to the garbage collector. */
  readonly removedAtEnd?: true;
}

/** A {@link Router} for any provider that a {@link Blueprint} describes completely. */
export class ObjectRouter implements Router {
  readonly provider: string;
  readonly watches: readonly ResourceType[];
  readonly followsWithinMs: number | undefined;

  constructor(
    private readonly cache: ClusterCache,
    private readonly blueprint: Blueprint,
  ) {
    this.provider = blueprint.provider;
    this.watches = [blueprint.type];
    this.followsWithinMs = blueprint.followsWithinMs;
  }

  async refresh(canary: Canary): Promise<void> {
    for (const { type, name } of this.concerns(canary)) await this.cache.getFresh(type, canary.namespace, name);
  }

  async reconcile(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    const kept = (current: KubeObject | undefined) => this.weightsOf(current, canary) ?? weights;
    await this.put(canary, fence, kept, false);
  }

  async drift(canary: Canary): Promise<readonly string[]> {
    const current = await this.current(canary);
    const source = await this.source(canary);
    const title = `${this.blueprint.type.kind}/${this.blueprint.name(canary)}`;
    const weights = this.weightsOf(current, canary);
    if (!current || !weights) return [title];
    const desired = this.blueprint.desired({ canary, source, current, weights, fence: undefined });
    return isSame(current, desired) ? [] : [title];
  }

  async weights(canary: Canary): Promise<Weights | undefined> {
    const current = await this.current(canary);
    const complaint = current && this.blueprint.complaint?.(current, canary);
    if (complaint) throw complaint.late ? new DataPlaneLate(complaint.text) : new UserError(complaint.text);
    const weights = this.weightsOf(current, canary);
    if (!weights) return undefined;
    // What `everybody` means depends on the provider.
    const { everybody: _everybody, ...shares } = weights;
    return shares;
  }

  async setWeights(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    if (weights.primary === 0 && weights.canary === 0) {
      throw new UserError(`RoutingRule ${canary.service.name}.${canary.namespace} update failed: no valid weights`);
    }
    const current = await this.current(canary);
    try {
      await this.put(canary, fence, () => weights, true);
    } catch (error) {
      const isWayBack = weights.canary === 0 || weights.everybody === true;
      const { reweighed } = this.blueprint;
      if (!(error instanceof UserError) || !current || !reweighed || !isWayBack) throw error;
      await this.write(canary, fence, (object) => object && reweighed(object, canary, weights), true);
    }
  }

  async isSettled(canary: Canary): Promise<boolean | undefined> {
    const current = await this.current(canary);
    return current ? this.blueprint.isSettled?.(current, canary) : true;
  }

  async finalize(canary: Canary, fence: Claim): Promise<void> {
    const { type, removedAtEnd, givenBack } = this.blueprint;
    if (givenBack) await this.giveBack(canary, fence, givenBack);
    if (!removedAtEnd) return;
    const name = this.blueprint.name(canary);
    const current = await this.cache.getFresh(type, canary.namespace, name);
    if (!current || !isFree(current, this.right(canary))) return;
    await remove(this.cache, type, current, { fence, of: canary.uid });
    await this.cache.getFresh(type, canary.namespace, name);
  }

  /** The fence annotation is removed, too: later writers are fenced off by the Lease. */
  private async giveBack(canary: Canary, fence: Claim, givenBack: NonNullable<Blueprint['givenBack']>): Promise<void> {
    const { type } = this.blueprint;
    const key = { namespace: canary.namespace, name: this.blueprint.name(canary) };
    const desire = (current: KubeObject | undefined): KubeObject | undefined =>
      current && isFree(current, this.right(canary)) ? withoutStamp(givenBack(current, canary)) : undefined;
    await this.cache.getFresh(type, key.namespace, key.name);
    await write(this.cache, type, key, desire, { fence });
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return ownedObjects(this.blueprint, canary);
  }

  concerns(canary: Canary): readonly NamedObject[] {
    const { type, source } = this.blueprint;
    const names = [...(source ? [source.name(canary)] : []), this.blueprint.name(canary)];
    return names.map((name) => ({ type, name }));
  }

  private async put(
    canary: Canary,
    fence: Claim,
    weights: (current: KubeObject | undefined) => Weights,
    touch: boolean,
  ): Promise<void> {
    const source = await this.source(canary);
    const desire = (current: KubeObject | undefined): KubeObject =>
      this.blueprint.desired({ canary, source, current, weights: weights(current), fence });
    await this.write(canary, fence, desire, touch);
  }

  private async write(
    canary: Canary,
    fence: Claim,
    desire: (current: KubeObject | undefined) => KubeObject | undefined,
    touch: boolean,
  ): Promise<void> {
    const { type } = this.blueprint;
    const key = { namespace: canary.namespace, name: this.blueprint.name(canary) };
    let wanted: KubeObject | undefined;
    try {
      const options = { fence, stamp: true, touch, of: canary.uid, right: this.right(canary) };
      const stored = await write(this.cache, type, key, (current) => (wanted = desire(current)), options);
      refuseDropped(wanted, stored);
    } catch (error) {
      throw refusedByServer(error, type, key);
    }
  }

  private weightsOf(current: KubeObject | undefined, canary: Canary): Weights | undefined {
    return current && this.blueprint.weights(current, canary);
  }

  /** A foreign object of that name says nothing about this Canary. */
  private async current(canary: Canary): Promise<KubeObject | undefined> {
    const found = await this.cache.get(this.blueprint.type, canary.namespace, this.blueprint.name(canary));
    return found && isFree(found, this.right(canary)) ? found : undefined;
  }

  private right({ owner }: Canary): Right {
    return { owner, takesOver: this.blueprint.takesOver ?? false };
  }

  private async source(canary: Canary): Promise<KubeObject | undefined> {
    const { type, source } = this.blueprint;
    if (!source) return undefined;
    const found = await this.cache.get(type, canary.namespace, source.name(canary));
    if (!found) throw new UserError(source.missing(canary));
    return found;
  }
}

/** The objects of a router that writes only this one. */
export function ownedObjects(blueprint: Blueprint, canary: Canary): readonly OwnedObject[] {
  const { type, takesOver } = blueprint;
  return [{ type, name: blueprint.name(canary), ...(takesOver ? { takesOver } : {}) }];
}

/** Without a condition, more requests would reach the canary than intended. */
function refuseDropped(wanted: KubeObject | undefined, stored: KubeObject | undefined): void {
  if (!wanted || !stored) return;
  const path = dropped(wanted['spec'], stored['spec'], 'spec');
  if (path === undefined) return;
  throw new UserError(
    `${titleOf(wanted)}: the cluster's definition of it has no ${path}, install a newer version of the provider or do without`,
  );
}

const NOT_FOUND = 404;

/** A refusal by the API server is for a user to fix: the cause is in the Canary, or in what is installed. */
function refusedByServer(
  error: unknown,
  type: ResourceType,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): unknown {
  if (!(error instanceof RefusedError)) return error;
  const { status, reason } = error;
  const message =
    // There was nothing to replace, so the kind is missing.
    status === NOT_FOUND
      ? `the cluster has no ${type.plural} of ${type.apiVersion}: install them`
      : `${type.kind} ${name}.${namespace} update failed: ${reason}`;
  return new RefusedError(message, status, reason);
}
