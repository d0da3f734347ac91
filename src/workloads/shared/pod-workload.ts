import type { Canary } from '../../crds/canary.js';
import type { Readiness } from '../../domain/findings.js';
import { sameRevision, type Revision } from '../../domain/revision.js';
import type { Stray } from '../../domain/strays.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { DAEMON_SETS, DEPLOYMENTS, type KubeObject, type NamedObject, type ResourceType } from '../../kube/object.js';
import { leavingOf, refuseTerminating } from '../../kube/terminating.js';
import { parseFence } from '../../domain/decision/fence.js';
import { isOurs, type OwnedObject } from '../../kubernetes/ownership.js';
import { FENCE_ANNOTATION, write } from '../../kubernetes/write.js';
import type { Settings } from '../../settings.js';
import { configType } from '../configs/checksums.js';
import type { Configs } from '../configs/configs.js';
import type { BaselinePods, Contents, UndoArtifacts, Previous, TargetView, WarmPods, Workload } from '../port.js';
import { BaselineDeployment } from '../baseline/baseline-deployment.js';
import type { Autoscalers } from './autoscalers.js';
import type { DisruptionBudgets } from './disruption-budgets.js';
import { namesToWrite } from './copies.js';
import { ownedWorkloads } from './owned.js';
import { SnapshotArtifacts } from './undo-artifacts.js';
import { Mending } from './mending.js';
import { missing } from './missing.js';
import { asPodController, type PodController, type PodKind, type PodTemplate } from './pod-controller.js';
import { copierOf, PodView } from './pod-view.js';
import { servicePorts } from './ports.js';
import { asPrimary, newPrimary, promotedPrimary, runsSameTemplate, withoutRolloutId } from './primary.js';
import { withConfigs, withFormerConfigs, withPromotedConfigs } from './promoted-configs.js';
import { findSelector, primarySelector, selectorOf } from './selector.js';
import type { Selector } from './pod-selector.js';
import { isMarkedBy, reopened, restoredRevision, settled, Snapshots, unmarked } from './snapshots.js';
import { refuseStrangers } from './strangers.js';
import { WarmDeployment } from './warm-deployment.js';

/** A {@link Workload} for any kind that creates pods from a template; a {@link PodKind} supplies the rest. */
export class PodWorkload implements Workload {
  readonly kind: string;
  readonly type: ResourceType;
  readonly warm: WarmPods | undefined;
  readonly baseline: BaselinePods | undefined;
  readonly undoArtifacts: UndoArtifacts;
  private readonly snapshots: Snapshots<PodTemplate>;
  private readonly mending: Mending;
  private readonly view: PodView;

  constructor(
    private readonly of: PodKind,
    private readonly cache: ClusterCache,
    private readonly configs: Configs,
    private readonly autoscalers: Autoscalers,
    private readonly budgets: DisruptionBudgets,
    private readonly settings: Settings,
  ) {
    this.kind = of.kind;
    this.type = of.type;
    this.snapshots = new Snapshots(cache, {
      of: (primary) => asPodController(primary).spec.template,
      identity: withoutRolloutId,
    });
    this.view = new PodView(of, cache, configs, settings);
    this.mending = new Mending(of, configs, autoscalers, budgets, this.snapshots);
    this.warm = of.type === DEPLOYMENTS ? new WarmDeployment(of, cache, this.snapshots, configs, settings) : undefined;
    this.baseline = of.type === DEPLOYMENTS ? new BaselineDeployment(of, cache, settings) : undefined;
    const ofPods = { warm: this.warm, configs: settings.configTracking ? configs : undefined };
    this.undoArtifacts = new SnapshotArtifacts(cache, this.snapshots, ofPods);
  }

  async refresh(canary: Canary): Promise<void> {
    await this.cache.getFresh(this.type, canary.namespace, canary.targetRef.primaryName);
    const target = await this.cache.getFresh(this.type, canary.namespace, canary.targetRef.name);
    if (target) await this.configs.checksums.of(canary.namespace, this.view.references(asPodController(target)), true);
  }

  async look(canary: Canary): Promise<TargetView> {
    const seen = await this.view.see(canary);
    const primary = await this.view.primary(canary);
    const selector = selectorOf(seen.target, this.settings.selectorLabels);
    return {
      revision: seen.revision,
      pods: {
        selector,
        primary: primarySelector(selector, primary, primary !== undefined && this.view.isRolledOut(canary, primary)),
        ports: servicePorts(seen.target.spec.template, canary.service),
      },
      ...leavingOf(seen.target),
      built: primary !== undefined,
      sameAsPrimary: primary !== undefined && (await this.view.isSame(canary, seen, primary)),
    };
  }

  async contents(canary: Canary): Promise<Contents> {
    const { target, revision, tracked } = await this.view.see(canary);
    const primary = await this.view.primary(canary);
    const before = primary && ((await this.snapshots.before(canary, primary)) ?? this.of.template(primary));
    const after = this.of.template(target);
    return {
      revision,
      before: before && withoutRolloutId(before),
      after,
      promoted: asPrimary(target, this.view.templateWish(canary, target, primary, tracked)),
      annotations: { ...target.metadata.annotations, ...after.metadata?.annotations },
    };
  }

  async selector(canary: Canary): Promise<Selector | undefined> {
    const target = await this.cache.get(this.type, canary.namespace, canary.targetRef.name);
    return target && findSelector(asPodController(target), this.settings.selectorLabels);
  }

  async readiness(canary: Canary, of: 'primary' | 'canary', now: number): Promise<Readiness> {
    const name = of === 'primary' ? canary.targetRef.primaryName : canary.targetRef.name;
    const object = await (of === 'primary'
      ? this.view.primary(canary)
      : this.cache.get(this.type, canary.namespace, name));
    if (!object) {
      return { ready: false, retriable: false, reason: missing(this.type, name, canary.namespace), available: false };
    }
    const threshold = of === 'primary' ? canary.analysis.primaryReadyThreshold : canary.analysis.canaryReadyThreshold;
    const rule = { thresholdPercent: threshold, deadlineSeconds: canary.progressDeadlineSeconds };
    const readiness = this.of.readiness(asPodController(object), rule, now);
    if (of === 'primary' || !readiness.ready) return readiness;
    const beside = await this.baseline?.readiness(canary, now);
    // The canary itself serves, even while its baseline doesn't.
    return beside && !beside.ready ? { ...beside, available: true } : readiness;
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return [...ownedWorkloads(this.type, canary), ...this.autoscalers.owns(canary)];
  }

  async refuseForeign(canary: Canary): Promise<void> {
    const { target, tracked } = await this.view.see(canary);
    const names = await namesToWrite(this.cache, tracked, copierOf(canary, await this.view.primary(canary)));
    await this.configs.refuseForeign(tracked, names, canary);
    const sides = await this.view.sides(canary);
    if (sides) await this.budgets.refuseForeign(canary, sides);
    const stores = await Promise.all([DEPLOYMENTS, DAEMON_SETS].map((type) => this.cache.synced(type)));
    const workloads = stores.flatMap((store) => store.list(canary.namespace));
    refuseStrangers(canary, selectorOf(target, this.settings.selectorLabels), workloads);
  }

  async concerns(canary: Canary): Promise<readonly NamedObject[]> {
    const object = await this.cache.get(this.type, canary.namespace, canary.targetRef.name);
    const references = object ? this.view.references(asPodController(object)) : [];
    const sides = await this.view.sides(canary);
    return [
      ...namesOf(canary).map((name) => ({ type: this.type, name })),
      ...references.map((reference) => ({ type: configType(reference), name: reference.name })),
      ...this.autoscalers.concerns(canary),
      ...(this.baseline?.concerns(canary) ?? []),
      ...(sides ? await this.budgets.concerns(canary, sides) : []),
    ];
  }

  async onChange(canary: Canary, listener: () => void): Promise<() => void> {
    const store = await this.cache.synced(this.type);
    const names = [...namesOf(canary), ...(this.baseline?.concerns(canary) ?? []).map(({ name }) => name)];
    return store.onChange((object) => {
      if (object.metadata.namespace === canary.namespace && names.includes(object.metadata.name)) listener();
    });
  }

  async drift(canary: Canary): Promise<readonly Stray[]> {
    const primary = await this.view.primary(canary);
    const belongings = await this.mending.strays(canary, await this.view.belongings(canary, primary));
    return [...belongings, ...((await this.baseline?.strays(canary)) ?? [])];
  }

  async mend(canary: Canary, stray: Stray, runs: string, fence: Claim): Promise<void> {
    if (this.baseline?.concerns(canary).some(({ type, name }) => `${type.kind}/${name}` === stray.object)) {
      return this.baseline.put(canary, fence);
    }
    const { target, revision, tracked } = await this.view.see(canary);
    const { hash } = revision;
    const primary = await this.view.primary(canary);
    const wish = await this.view.wish(canary, target, revision, tracked, fence);
    if (stray.object !== this.mending.titleOf(canary)) {
      return this.mending.mend(canary, stray, await this.view.belongings(canary, primary), wish, fence);
    }
    if (primary) return;
    const made = await this.mending.remade(canary, { target, hash, tracked, wish }, runs, fence);
    await this.writePrimary(canary, fence, (current) => current ?? made);
  }

  async build(canary: Canary, fence: Claim): Promise<void> {
    const { target, revision, tracked } = await this.view.see(canary);
    refuseTerminating(await this.view.primary(canary));
    const wish = await this.view.wish(canary, target, revision, tracked, fence);
    await this.configs.copy(tracked, wish.copies, wish, fence, false);
    await this.writePrimary(canary, fence, (current) => {
      if (!current) return withConfigs(newPrimary(target, wish), revision.configs);
      const known = withConfigs(current, revision.configs);
      // It serves no users yet, so it follows the target, for instance to an image that exists.
      if (runsSameTemplate(target, current, wish)) return known;
      return { ...known, spec: { ...current.spec, template: newPrimary(target, wish).spec.template } };
    });
    await this.autoscalers.put(canary, false, fence);
    await this.putBudget(canary, fence);
  }

  async reconcile(canary: Canary, fence: Claim): Promise<void> {
    const primary = await this.view.primary(canary);
    if (!primary) await this.build(canary, fence);
    await this.configs.share(await this.view.unshared(canary, primary), canary.owner, fence);
    await this.autoscalers.put(canary, false, fence);
    await this.putBudget(canary, fence);
  }

  async promote(canary: Canary, revision: Revision, fence: Claim): Promise<boolean> {
    await this.refresh(canary);
    const { target, revision: seen, tracked } = await this.view.see(canary);
    if (!sameRevision(seen, revision)) return false;
    refuseTerminating(await this.view.primary(canary));
    const wish = await this.view.wish(canary, target, revision, tracked, fence);
    await this.keepPrimary(canary, fence);
    await this.configs.copy(tracked, wish.copies, wish, fence, true);
    await this.writePrimary(canary, fence, (current) => {
      if (!current) return withConfigs(newPrimary(target, wish), revision.configs);
      const again = isMarkedBy(current, fence);
      const promoted = promotedPrimary(target, current, wish);
      return this.snapshots.marked(
        canary,
        current,
        withPromotedConfigs(promoted, revision.configs, current, again),
        fence,
      );
    });
    await this.autoscalers.put(canary, true, fence);
    return true;
  }

  async restore(canary: Canary, fence: Claim): Promise<string | undefined> {
    const primary = await this.cache.getFresh(this.type, canary.namespace, canary.targetRef.primaryName);
    if (!primary || !isOurs(primary, canary.owner)) return undefined;
    const template = await this.snapshots.before(canary, primary);
    if (template) {
      const { namespace, owner } = canary;
      const epoch = parseFence(primary.metadata.annotations?.[FENCE_ANNOTATION])?.epoch;
      const copies = this.view.references(asPodController(primary));
      await this.configs.restore(copies, { namespace, owner, prefixes: ['*'] }, fence, epoch);
    }
    // Written with the fence annotation in any case: a late promotion must not get through.
    await this.writePrimary(canary, fence, (current) => current && restored(current, template), true);
    return restoredRevision(primary);
  }

  async settle(canary: Canary, fence: Claim): Promise<void> {
    if (!(await this.view.primary(canary))) return;
    await this.writePrimary(canary, fence, (current) => current && settled(current));
  }

  async previous(canary: Canary): Promise<Previous | 'undone' | undefined> {
    const primary = await this.view.primary(canary);
    return primary && this.snapshots.undoable(canary, primary);
  }

  async reopen(canary: Canary, fence: Claim): Promise<void> {
    await this.writePrimary(canary, fence, (current) => current && reopened(current), true);
  }

  unused(canary: Canary): Promise<readonly string[]> {
    return this.autoscalers.unused(canary);
  }

  async size(canary: Canary, of: 'primary' | 'canary'): Promise<number> {
    const name = of === 'primary' ? canary.targetRef.primaryName : canary.targetRef.name;
    const object = await this.cache.get(this.type, canary.namespace, name);
    return object ? this.of.replicas(asPodController(object)) : 0;
  }

  most(canary: Canary): Promise<number | undefined> {
    return this.autoscalers.ceiling(canary);
  }

  async grow(canary: Canary, pods: number, fence: Claim): Promise<boolean> {
    let grown = false;
    await this.writePrimary(canary, fence, (current) => {
      grown = current !== undefined && this.of.replicas(current) < pods;
      const bigger = current && grown ? this.of.scaled(current, pods) : undefined;
      // A kind without a number of replicas can't grow.
      return bigger;
    });
    return grown;
  }

  /** Saves its content and size, for creating it again if somebody deletes it. */
  private async keepPrimary(canary: Canary, fence: Claim): Promise<void> {
    const primary = await this.view.primary(canary);
    await this.snapshots.keep(canary, primary, fence, primary ? { replicas: this.of.replicas(primary) } : {});
  }

  async scaleUp(canary: Canary, fence: Claim): Promise<void> {
    await this.keepPrimary(canary, fence);
    const target = await this.view.target(canary);
    await this.autoscalers.resume(canary, fence);
    if (this.of.replicas(target) > 0) return;
    // Users are about to meet it: it needs a pod even where the primary has none.
    await this.scale(canary, Math.max(1, await this.replicasFromZero(canary)), fence);
  }

  async scaleDown(canary: Canary, fence: Claim): Promise<void> {
    await this.autoscalers.pause(canary, fence);
    await this.scale(canary, 0, fence);
  }

  async scaleLikePrimary(canary: Canary, fence: Claim): Promise<void> {
    await this.autoscalers.resume(canary, fence);
    const primary = await this.view.primary(canary);
    await this.scale(canary, primary ? this.of.replicas(primary) : await this.replicasFromZero(canary), fence);
  }

  /**
   * The target belongs to its users: it gets no fence annotation, and the Lease keeps a late writer from stopping a
   * newer run's pods.
   */
  private async scale(canary: Canary, replicas: number, fence: Claim): Promise<void> {
    const key = { namespace: canary.namespace, name: canary.targetRef.name };
    const desire = (current: KubeObject | undefined) => current && this.of.scaled(asPodController(current), replicas);
    await write(this.cache, this.type, key, desire, { fence });
  }

  private async replicasFromZero(canary: Canary): Promise<number> {
    if (canary.autoscalerRef) return this.autoscalers.floor(canary);
    const primary = await this.view.primary(canary);
    return primary ? this.of.replicas(primary) : 1;
  }

  private async writePrimary(
    canary: Canary,
    fence: Claim,
    desire: (current: PodController | undefined) => PodController | undefined,
    touch = false,
  ): Promise<void> {
    const key = { namespace: canary.namespace, name: canary.targetRef.primaryName };
    const change = (current: KubeObject | undefined): KubeObject | undefined =>
      desire(current && asPodController(current));
    await write(this.cache, this.type, key, change, { fence, stamp: true, touch, right: { owner: canary.owner } });
  }

  private async putBudget(canary: Canary, fence: Claim): Promise<void> {
    const sides = await this.view.sides(canary);
    if (sides) await this.budgets.put(canary, sides, fence);
  }
}

function namesOf({ targetRef }: Canary): readonly string[] {
  return [targetRef.name, targetRef.primaryName];
}

/** @param template its former content; undefined where there is nothing to restore */
function restored(primary: PodController, template: PodTemplate | undefined): PodController {
  const back = unmarked(primary);
  return template ? { ...withFormerConfigs(back), spec: { ...back.spec, template } } : back;
}
