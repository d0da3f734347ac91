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

/** The pods of both sides. */
export interface Sides {
  /** Labels of the target's pods. */
  readonly target: StringMap;
  readonly primary: ProtectedPods;
}

/** @param primary undefined where it must still be created */
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

/** How often to ask again whether budgets may be read, in milliseconds. */
const ASKED_AGAIN_MS = 60_000;

/** The existing budgets, and those that should exist. */
interface Found {
  /** The users' budget that the primary's is derived from; undefined where the primary needs none. */
  readonly source: KubeObject | undefined;
  /** The existing budget with the primary's name: ours, or a foreign one. */
  readonly current: KubeObject | undefined;
  /** Ours that should be deleted. */
  readonly leftovers: readonly KubeObject[];
}

/**
 * The PodDisruptionBudget of a Canary's target, and the one derived from it for the primary. The users' budget selects
 * the target's pods, which serve no users at rest: without a budget of its own, the primary could lose all pods to a
 * drained node.
 *
 * A budget that already covers the primary's pods is enough. Two for one pod would be worse than none: Kubernetes then
 * refuses to evict it at all. Changes reach the primary's budget at once, since they don't change what its pods run.
 */
export class DisruptionBudgets {
  /** Whether budgets may be read, and when that was asked; undefined before it is known. */
  private seen: { readonly may: boolean; readonly at: number } | undefined;

  constructor(
    private readonly cache: ClusterCache,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /**
   * Makes the primary's budget as it should be, or deletes it where it should not exist.
   *
   * @throws ForeignError where a foreign object has its name
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
    // A foreign budget isn't ours: creating ours will be refused, and the error names the owner.
    if (!current || !isOurs(current, canary.owner)) return [...strays, { object }];
    const fields = strayedFields(current, primaryBudget(source, current, wish));
    return [...strays, ...fields.map((field) => ({ object, field, ...writtenBy(current, field) }))];
  }

  /** @throws ForeignError where a foreign object has the name of the budget to be created */
  async refuseForeign(canary: Canary, sides: Sides): Promise<void> {
    const { source, current } = await this.find(canary, sides);
    if (source && current) refuseForeign(current, { owner: canary.owner });
  }

  /** The primary's budget, and those of users that concern one of the sides. */
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

  /**
   * Where Serinus may not read any, as with the permissions of an earlier version, it treats them as missing, and asks
   * again after a minute.
   */
  private async maySee(): Promise<boolean> {
    if (this.cache.watches(POD_DISRUPTION_BUDGETS)) return true;
    const now = this.monotonic();
    if (this.seen && now - this.seen.at < ASKED_AGAIN_MS) return this.seen.may;
    const may = (await this.cache.maySee(POD_DISRUPTION_BUDGETS)) ?? false;
    this.seen = { may, at: now };
    return may;
  }
}

function wishOf({ namespace, owner, targetRef }: Canary, { primary }: Sides): BudgetWish {
  return { namespace, name: targetRef.primaryName, owner, primary };
}

function byName(one: KubeObject, other: KubeObject): number {
  return one.metadata.name < other.metadata.name ? -1 : 1;
}
