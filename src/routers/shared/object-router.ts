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

/** What an object is made from. */
export interface Wish {
  readonly canary: Canary;
  /** The users' object that ours is made after, where the provider has one. */
  readonly source: KubeObject | undefined;
  /** Ours as it is; undefined where it has to be made. */
  readonly current: KubeObject | undefined;
  readonly weights: Weights;
  /** Whoever writes; undefined where somebody only looks. */
  readonly fence: Fence | undefined;
}

/** What a data plane has against an object. */
export interface Complaint {
  /** For an Event. */
  readonly text: string;
  /** It has only not said anything yet of what was written last. */
  readonly late: boolean;
}

/** A traffic provider whose whole say is one object, as pure functions of what is there and what is wanted. */
export interface Blueprint {
  /** As `spec.provider` names it. */
  readonly provider: string;
  readonly type: ResourceType;
  /** Name of the generated object. @throws UserError where the Canary doesn't say enough */
  name(canary: Canary): string;
  /** The users' object of the same kind that ours is made after; absent where there is none. */
  readonly source?: {
    name(canary: Canary): string;
    /** What to say where it isn't there. */
    missing(canary: Canary): string;
  };
  /** It stands for the users' own service, and one that was there before the Canary is taken over. */
  readonly takesOver?: true;
  /**
   * The object as it shall be: all that isn't the router's business as in `current`.
   *
   * @throws UserError for what the provider can't do
   */
  desired(wish: Wish): KubeObject;
  /**
   * The object with all traffic at one side, without a look at its source or at anything that `desired` may refuse:
   * the way back must be open whatever users have done meanwhile. Never throws.
   */
  readonly reweighed?: (current: KubeObject, canary: Canary, weights: Weights) => KubeObject;
  /** How the object divides the traffic; undefined where it doesn't say so in a way we know. */
  weights(object: KubeObject, canary: Canary): Weights | undefined;
  /** What its data plane has against the object; undefined where it has nothing. */
  readonly complaint?: (object: KubeObject, canary: Canary) => Complaint | undefined;
  /** See {@link Router.isSettled}; a provider that doesn't report has none. */
  readonly isSettled?: (object: KubeObject, canary: Canary) => boolean | undefined;
  /** The object as its users get it back at the end; absent where it stays as it is, or goes. Never throws. */
  readonly givenBack?: (current: KubeObject, canary: Canary) => KubeObject;
  /** See {@link Router.followsWithinMs}. */
  readonly followsWithinMs?: number;
  /** The object is removed at the end instead of being left to the garbage collector. */
  readonly removedAtEnd?: true;
}

/** A {@link Router} for any provider of which a {@link Blueprint} tells everything. */
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
    // Who of the requests has no say is for the provider to know.
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

  /** Without the stamp, too: whoever is late by then is shut out by the Lease. */
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

  /** What bears the name and is somebody else's says nothing of this Canary. */
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

/** What a router writes that has nothing but this one object. */
export function ownedObjects(blueprint: Blueprint, canary: Canary): readonly OwnedObject[] {
  const { type, takesOver } = blueprint;
  return [{ type, name: blueprint.name(canary), ...(takesOver ? { takesOver } : {}) }];
}

/** With a condition left out, more requests would meet the canary than were asked for. */
function refuseDropped(wanted: KubeObject | undefined, stored: KubeObject | undefined): void {
  if (!wanted || !stored) return;
  const path = dropped(wanted['spec'], stored['spec'], 'spec');
  if (path === undefined) return;
  throw new UserError(
    `${titleOf(wanted)}: the cluster's definition of it has no ${path}, install a newer version of the provider or do without`,
  );
}

const NOT_FOUND = 404;

/** What the API server won't take is for a person to mend: it comes from the Canary, or from what is installed. */
function refusedByServer(
  error: unknown,
  type: ResourceType,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): unknown {
  if (!(error instanceof RefusedError)) return error;
  const { status, reason } = error;
  const message =
    // Nothing was there to be replaced, so it is the kind that is missing.
    status === NOT_FOUND
      ? `the cluster has no ${type.plural} of ${type.apiVersion}: install them`
      : `${type.kind} ${name}.${namespace} update failed: ${reason}`;
  return new RefusedError(message, status, reason);
}
