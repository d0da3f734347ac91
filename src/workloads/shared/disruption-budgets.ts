import type { Canary } from '../../crds/canary.js';
import type { Stray } from '../../domain/strays.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { POD_DISRUPTION_BUDGETS, titleOf, type KubeObject, type NamedObject } from '../../kube/object.js';
import { isTerminating } from '../../kube/terminating.js';
import {
  primaryBudget,
  protects,
  type BudgetWish,
  type ProtectedPods,
} from '../../kubernetes/objects/disruption-budget.js';
import { withoutFlux, type StringMap } from '../../kubernetes/objects/metadata.js';
import { strayedFields, writtenBy } from '../../kubernetes/objects/strayed.js';
import { isOurs, refuseForeign } from '../../kubernetes/ownership.js';
import { remove, write } from '../../kubernetes/write.js';
import type { PodController } from './pod-controller.js';
import { matchLabelsOf, primaryValue, selecting } from './selector.js';
import type { Selector } from './pod-selector.js';

/** Pods of both sides. */
export interface Sides {
  /** Labels that the target's pods bear. */
  readonly target: StringMap;
  readonly primary: ProtectedPods;
}

/** @param primary undefined where it has to be made yet */
export function sidesOf(selector: Selector, target: PodController, primary: PodController | undefined): Sides {
  const labels = target.spec.template.metadata?.labels ?? {};
  const found = selecting(selector, primaryValue(selector));
  return {
    target: labels,
    primary: primary
      ? { borne: primary.spec.template.metadata?.labels ?? {}, selector: matchLabelsOf(primary) }
      : { borne: { ...withoutFlux(labels), ...found }, selector: found },
  };
}

/** What budgets there are, and which there should be. */
interface Found {
  /** The users' that the primary's is made after; undefined where it needs none. */
  readonly source: KubeObject | undefined;
  /** The primary's, as it is: ours, or somebody else's that bears its name. */
  readonly current: KubeObject | undefined;
  /** Ours that should be no more. */
  readonly leftovers: readonly KubeObject[];
}

/**
 * The PodDisruptionBudget of a Canary's target, and the one that is made after it for the primary. The users' selects
 * the target's pods, which serve nobody at rest: without one of its own, a drained node could take all of the primary.
 *
 * One that covers the primary's pods already is enough. Two over one pod would be worse than none: Kubernetes then evicts
 * it no more at all. Changes reach the primary's at once, since it says nothing of what pods run.
 */
export class DisruptionBudgets {
  /** Budgets may be seen; undefined before anybody has asked. */
  private seen: boolean | undefined;

  constructor(private readonly cache: ClusterCache) {}

  /**
   * Makes the primary's as it should be, and removes it where it should be no more.
   *
   * @throws ForeignError where one that is somebody else's bears its name
   */
  async put(canary: Canary, sides: Sides, fence: Claim): Promise<void> {
    const { source, leftovers } = await this.find(canary, sides);
    // Two would protect the same pods.
    for (const object of leftovers) {
      await remove(this.cache, POD_DISRUPTION_BUDGETS, object, { fence });
      await this.cache.getFresh(POD_DISRUPTION_BUDGETS, canary.namespace, object.metadata.name);
    }
    if (!source) return;
    const wish = wishOf(canary, sides);
    const desire = (current: KubeObject | undefined): KubeObject => primaryBudget(source, current, wish);
    await write(this.cache, POD_DISRUPTION_BUDGETS, wish, desire, { fence, right: { owner: canary.owner } });
  }

  async drift(canary: Canary, sides: Sides): Promise<readonly Stray[]> {
    const { source, current, leftovers } = await this.find(canary, sides);
    const strays = leftovers.map((object) => ({ object: titleOf(object) }));
    if (!source) return strays;
    const wish = wishOf(canary, sides);
    const object = `${POD_DISRUPTION_BUDGETS.kind}/${wish.name}`;
    // One that is somebody else's is none of ours: making it is refused, with whose it is.
    if (!current || !isOurs(current, canary.owner)) return [...strays, { object }];
    const fields = strayedFields(current, primaryBudget(source, current, wish));
    return [...strays, ...fields.map((field) => ({ object, field, ...writtenBy(current, field) }))];
  }

  /** @throws ForeignError where one that is somebody else's bears the name of the one that would be made */
  async refuseForeign(canary: Canary, sides: Sides): Promise<void> {
    const { source, current } = await this.find(canary, sides);
    if (source && current) refuseForeign(current, { owner: canary.owner });
  }

  /** The primary's, and the users' that concern one of the sides. */
  async concerns(canary: Canary, sides: Sides): Promise<readonly NamedObject[]> {
    const all = await this.list(canary);
    const theirs = all.filter((one) => protects(one, sides.target) || protects(one, sides.primary.borne));
    const names = new Set([canary.targetRef.primaryName, ...theirs.map(({ metadata }) => metadata.name)]);
    return (await this.maySee()) ? [...names].map((name) => ({ type: POD_DISRUPTION_BUDGETS, name })) : [];
  }

  private async find(canary: Canary, { target, primary }: Sides): Promise<Found> {
    const all = await this.list(canary);
    const name = canary.targetRef.primaryName;
    const theirs = all.filter((one) => !isOurs(one, canary.owner) && !isTerminating(one));
    const isCovered = theirs.some((one) => protects(one, primary.borne));
    const source = isCovered ? undefined : theirs.filter((one) => protects(one, target)).sort(byName)[0];
    const leftovers = all.filter((one) => isOurs(one, canary.owner) && (!source || one.metadata.name !== name));
    return { source, current: all.find((one) => one.metadata.name === name), leftovers };
  }

  private async list({ namespace }: Canary): Promise<readonly KubeObject[]> {
    if (!(await this.maySee())) return [];
    return (await this.cache.synced(POD_DISRUPTION_BUDGETS)).list(namespace);
  }

  /** Where Serinus may not see any, as with the rights of an earlier version, there are none for it. */
  private async maySee(): Promise<boolean> {
    if (this.cache.watches(POD_DISRUPTION_BUDGETS)) return true;
    this.seen ??= await this.cache.maySee(POD_DISRUPTION_BUDGETS);
    return this.seen ?? false;
  }
}

function wishOf({ namespace, owner, targetRef }: Canary, { primary }: Sides): BudgetWish {
  return { namespace, name: targetRef.primaryName, owner, primary };
}

function byName(one: KubeObject, other: KubeObject): number {
  return one.metadata.name < other.metadata.name ? -1 : 1;
}
