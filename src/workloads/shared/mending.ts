import type { Canary } from '../../crds/canary.js';
import type { Stray } from '../../domain/strays.js';
import { UserError } from '../../errors.js';
import type { Claim } from '../../kubernetes/claim.js';
import { POD_DISRUPTION_BUDGETS, titleOf, type KubeObject } from '../../kube/object.js';
import { keyOf, type ConfigReference } from '../../kubernetes/objects/config-references.js';
import { configType } from '../configs/checksums.js';
import type { Configs, Copied } from '../configs/configs.js';
import type { Autoscalers } from './autoscalers.js';
import type { DisruptionBudgets, Sides } from './disruption-budgets.js';
import { lostMessage } from './missing.js';
import type { PodController, PodKind, PodTemplate } from './pod-controller.js';
import { newPrimary, type PrimaryWish } from './primary.js';
import { configsOf, withConfigs } from './promoted-configs.js';
import type { Snapshots } from './snapshots.js';

/** The sources for recreating a primary. */
export interface Source {
  readonly target: PodController;
  /** Hash of the target's content. */
  readonly hash: string;
  readonly tracked: readonly ConfigReference[];
  readonly wish: PrimaryWish;
}

/** The objects that belong to a primary. */
export interface Belongings {
  /** Undefined where it is missing. */
  readonly primary: PodController | undefined;
  /** The configs whose copies its pods read. */
  readonly copied: readonly Copied[];
  /** Copies that would be deleted with another Canary. */
  readonly unshared: readonly KubeObject[];
  /** The pods that a budget protects; undefined where they are unknown because of the target. */
  readonly sides: Sides | undefined;
}

/** Recreates and corrects the objects of a primary, and never from content that was not analysed. */
export class Mending {
  constructor(
    private readonly of: PodKind,
    private readonly configs: Configs,
    private readonly autoscalers: Autoscalers,
    private readonly budgets: DisruptionBudgets,
    private readonly snapshots: Snapshots<PodTemplate>,
  ) {}

  async strays(canary: Canary, { primary, copied, unshared, sides }: Belongings): Promise<readonly Stray[]> {
    const copies = primary ? await this.configs.strays(canary, copied, configsOf(primary)) : [];
    const others = [...unshared.map(titleOf), ...(await this.autoscalers.drift(canary))];
    const budgets = sides ? await this.budgets.drift(canary, sides) : [];
    const gone = primary ? [] : [{ object: this.titleOf(canary) }];
    return [...gone, ...copies, ...others.map((object) => ({ object })), ...budgets];
  }

  /** Corrects a copy of a config, the autoscaler or the budget. */
  async mend(
    canary: Canary,
    { object }: Stray,
    { primary, copied, unshared, sides }: Belongings,
    wish: PrimaryWish,
    fence: Claim,
  ): Promise<void> {
    const left = unshared.filter((copy) => titleOf(copy) === object);
    const copy = copied.find((one) => titleOfCopy(one) === object);
    if (left.length > 0) await this.configs.share(left, canary.owner, fence);
    else if (copy) await this.configs.mend(copy, primary && configsOf(primary), wish, fence);
    else if ((await this.autoscalers.drift(canary)).includes(object)) await this.autoscalers.put(canary, false, fence);
    else if (sides && isBudget(object)) await this.budgets.put(canary, sides, fence);
  }

  /**
   * The primary as it must be created again.
   *
   * @param runs hash of the revision that it is to run
   * @throws UserError where that revision is lost
   */
  async remade(canary: Canary, source: Source, runs: string, fence: Claim): Promise<PodController> {
    const { target, tracked, wish } = source;
    const lost = await this.snapshots.lost(canary, runs);
    const isHeld = runs === '' || source.hash === runs;
    if (!isHeld && !lost.content) throw new UserError(lostMessage(this.of.type, canary, runs));
    const configs = promotedConfigs(canary, runs) ?? lost.configs;
    const copied = tracked.map((one) => ({ source: one, copy: wish.copies.get(keyOf(one)) ?? one.name }));
    // Copies that still exist hold the promoted content.
    for (const { object } of await this.configs.strays(canary, copied, undefined)) {
      const copy = copied.find((one) => titleOfCopy(one) === object);
      if (copy) await this.configs.mend(copy, configs, wish, fence);
    }
    const made = newPrimary(target, wish);
    const template = isHeld ? made.spec.template : (lost.content ?? made.spec.template);
    const whole = withConfigs({ ...made, spec: { ...made.spec, template } }, configs);
    const pods = Math.max(this.of.replicas(made), lost.replicas ?? 0, await this.autoscalers.floor(canary));
    return this.of.scaled(whole, pods);
  }

  titleOf({ targetRef }: Canary): string {
    return `${this.of.kind}/${targetRef.primaryName}`;
  }
}

function isBudget(object: string): boolean {
  return object.startsWith(`${POD_DISRUPTION_BUDGETS.kind}/`);
}

function titleOfCopy({ source, copy }: Copied): string {
  return `${configType(source).kind}/${copy}`;
}

/** At rest the status lists the configs of the primary; during a release it lists the canary's. */
function promotedConfigs({ status }: Canary, runs: string): Readonly<Record<string, string>> | undefined {
  const isAtRest = status.phase === 'Initialized' || status.phase === 'Succeeded';
  return isAtRest && status.lastAppliedSpec === runs ? status.trackedConfigs : undefined;
}
