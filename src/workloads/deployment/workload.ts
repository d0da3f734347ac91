import { createHash } from 'node:crypto';
import type { Canary } from '../../crds/canary.js';
import type { Readiness } from '../../domain/findings.js';
import { sameRevision, type Revision } from '../../domain/revision.js';
import type { ClusterCache } from '../../kubernetes/cache.js';
import type { Fence } from '../../kubernetes/lease.js';
import type { KubeObject, NamedObject } from '../../kubernetes/object.js';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS } from '../../kubernetes/object.js';
import { configReferences, keyOf, type ConfigReference } from '../../kubernetes/objects/config-references.js';
import { write } from '../../kubernetes/write.js';
import type { Settings } from '../../settings.js';
import { configType, type Configs } from '../configs.js';
import { TargetMissing } from '../errors.js';
import type { TargetView, Workload } from '../port.js';
import { servicePorts } from './ports.js';
import { newPrimary, promotedPrimary, PROMOTED_FROM, runsSameTemplate, type PrimaryWish } from './primary.js';
import { deploymentReadiness } from './readiness.js';
import { templateHash } from './revision.js';
import { selectorOf, type Selector } from './selector.js';
import { Snapshots } from './snapshots.js';
import { asDeployment, type Deployment } from './types.js';

/** Targets of kind Deployment. */
export class DeploymentWorkload implements Workload {
  readonly kind = 'Deployment';
  private readonly snapshots: Snapshots;

  constructor(
    private readonly cache: ClusterCache,
    private readonly configs: Configs,
    private readonly settings: Settings,
  ) {
    this.snapshots = new Snapshots(cache);
  }

  async refresh(canary: Canary): Promise<void> {
    await this.cache.getFresh(DEPLOYMENTS, canary.namespace, canary.targetRef.primaryName);
    const target = await this.cache.getFresh(DEPLOYMENTS, canary.namespace, canary.targetRef.name);
    if (target) await this.configs.checksums(canary.namespace, this.references(asDeployment(target)), true);
  }

  async look(canary: Canary): Promise<TargetView> {
    const target = await this.target(canary);
    const selector = selectorOf(target, this.settings.selectorLabels);
    const { revision, tracked } = await this.revision(canary, target);
    const primary = await this.primary(canary);
    return {
      revision,
      selector,
      ports: servicePorts(target, canary.service),
      built: primary !== undefined,
      sameAsPrimary: primary !== undefined && (await this.isSame(canary, target, primary, selector, revision, tracked)),
    };
  }

  async readiness(canary: Canary, of: 'primary' | 'canary', now: number): Promise<Readiness> {
    const name = of === 'primary' ? canary.targetRef.primaryName : canary.targetRef.name;
    const object = await this.cache.get(DEPLOYMENTS, canary.namespace, name);
    if (!object) return { ready: false, retriable: false, reason: notFound(name, canary.namespace), available: false };
    const threshold = of === 'primary' ? canary.analysis.primaryReadyThreshold : canary.analysis.canaryReadyThreshold;
    const rule = { thresholdPercent: threshold, deadlineSeconds: canary.progressDeadlineSeconds };
    return deploymentReadiness(asDeployment(object), rule, now);
  }

  async concerns(canary: Canary): Promise<readonly NamedObject[]> {
    const names = [canary.targetRef.name, canary.targetRef.primaryName];
    const object = await this.cache.get(DEPLOYMENTS, canary.namespace, canary.targetRef.name);
    const references = object ? this.references(asDeployment(object)) : [];
    return [
      ...names.map((name) => ({ type: DEPLOYMENTS, name })),
      ...references.map((reference) => ({ type: configType(reference), name: reference.name })),
    ];
  }

  async onChange(canary: Canary, listener: () => void): Promise<() => void> {
    const store = await this.cache.synced(DEPLOYMENTS);
    const names = [canary.targetRef.name, canary.targetRef.primaryName];
    return store.onChange((object) => {
      if (object.metadata.namespace === canary.namespace && names.includes(object.metadata.name)) listener();
    });
  }

  async build(canary: Canary, fence: Fence): Promise<void> {
    const target = await this.target(canary);
    const { revision, tracked } = await this.revision(canary, target);
    const wish = this.wish(canary, target, revision, tracked, fence);
    await this.configs.copy(
      tracked,
      { namespace: canary.namespace, owner: canary.owner, prefixes: wish.prefixes },
      fence,
      false,
    );
    await write(
      this.cache,
      DEPLOYMENTS,
      { namespace: canary.namespace, name: canary.targetRef.primaryName },
      (current) => {
        if (!current) return newPrimary(target, wish);
        // Nobody is served by it yet: it follows the target, for instance to an image that exists.
        const primary = asDeployment(current);
        if (runsSameTemplate(target, primary, wish)) return current;
        return { ...primary, spec: { ...primary.spec, template: newPrimary(target, wish).spec.template } };
      },
      { fence },
    );
  }

  async promote(canary: Canary, revision: Revision, fence: Fence): Promise<boolean> {
    await this.refresh(canary);
    const target = await this.target(canary);
    const { revision: seen, tracked } = await this.revision(canary, target);
    if (!sameRevision(seen, revision)) return false;
    const wish = this.wish(canary, target, revision, tracked, fence);
    await this.snapshots.keep(canary, await this.primary(canary));
    await this.configs.copy(
      tracked,
      { namespace: canary.namespace, owner: canary.owner, prefixes: wish.prefixes },
      fence,
      true,
    );
    await write(
      this.cache,
      DEPLOYMENTS,
      { namespace: canary.namespace, name: canary.targetRef.primaryName },
      (current) => {
        if (!current) return newPrimary(target, wish);
        const primary = asDeployment(current);
        const before = primary.metadata.annotations?.[PROMOTED_FROM] ?? this.snapshots.nameOf(canary, primary);
        return promotedPrimary(target, primary, wish, before);
      },
      { fence },
    );
    return true;
  }

  async restore(canary: Canary, fence: Fence): Promise<void> {
    const primary = await this.cache.getFresh(DEPLOYMENTS, canary.namespace, canary.targetRef.primaryName);
    if (!primary) return;
    const snapshot = primary.metadata.annotations?.[PROMOTED_FROM];
    const template = snapshot === undefined ? undefined : await this.snapshots.read(canary, snapshot);
    if (template) {
      const tracked = this.references(asDeployment(primary)).map(sourceOf);
      await this.configs.restore(tracked, { namespace: canary.namespace, owner: canary.owner, prefixes: [] }, fence);
    }
    await write(
      this.cache,
      DEPLOYMENTS,
      { namespace: canary.namespace, name: canary.targetRef.primaryName },
      (current) => current && withTemplate(asDeployment(current), template),
      // Stamped in any case: a late promotion must not get through.
      { fence, touch: true },
    );
  }

  async settle(canary: Canary, fence: Fence): Promise<void> {
    const primary = await this.primary(canary);
    if (primary) await this.configs.forgetPrevious(this.references(primary).map(sourceOf), canary.namespace);
    await write(
      this.cache,
      DEPLOYMENTS,
      { namespace: canary.namespace, name: canary.targetRef.primaryName },
      (current) => current && withoutMark(current),
      { fence },
    );
  }

  async replicas(canary: Canary): Promise<number> {
    const target = await this.cache.get(DEPLOYMENTS, canary.namespace, canary.targetRef.name);
    return target ? (asDeployment(target).spec.replicas ?? 1) : 0;
  }

  async scaleUp(canary: Canary): Promise<void> {
    const target = await this.target(canary);
    if ((target.spec.replicas ?? 1) > 0) return;
    await this.scale(canary, await this.replicasFromZero(canary));
  }

  async scaleDown(canary: Canary): Promise<void> {
    await this.scale(canary, 0);
  }

  async scaleLikePrimary(canary: Canary): Promise<void> {
    const primary = await this.primary(canary);
    await this.scale(canary, primary ? (primary.spec.replicas ?? 1) : await this.replicasFromZero(canary));
  }

  /** The version read guards the write, so a late writer can't stop pods that a newer run has started. */
  private async scale(canary: Canary, replicas: number): Promise<void> {
    await write(this.cache, DEPLOYMENTS, { namespace: canary.namespace, name: canary.targetRef.name }, (current) => {
      if (!current) return undefined;
      const target = asDeployment(current);
      return target.spec.replicas === replicas ? target : { ...target, spec: { ...target.spec, replicas } };
    });
  }

  private async replicasFromZero(canary: Canary): Promise<number> {
    if (!canary.autoscalerRef) return (await this.primary(canary))?.spec.replicas ?? 1;
    const autoscaler = await this.cache.get(HORIZONTAL_POD_AUTOSCALERS, canary.namespace, canary.autoscalerRef.name);
    const { minReplicas = 1 } = (autoscaler?.['spec'] ?? {}) as { minReplicas?: number };
    return Math.max(1, minReplicas);
  }

  private async target(canary: Canary): Promise<Deployment> {
    const { name } = canary.targetRef;
    const object = await this.cache.get(DEPLOYMENTS, canary.namespace, name);
    if (!object) throw new TargetMissing(notFound(name, canary.namespace));
    return asDeployment(object);
  }

  private async primary(canary: Canary): Promise<Deployment | undefined> {
    const object = await this.cache.get(DEPLOYMENTS, canary.namespace, canary.targetRef.primaryName);
    return object && asDeployment(object);
  }

  private references(deployment: Deployment): readonly ConfigReference[] {
    return this.settings.configTracking ? configReferences(deployment.spec.template.spec) : [];
  }

  private async revision(
    canary: Canary,
    target: Deployment,
  ): Promise<{ revision: Revision; tracked: readonly ConfigReference[] }> {
    const references = this.references(target);
    const configs = await this.configs.checksums(canary.namespace, references, false);
    const tracked = references.filter((reference) => configs[keyOf(reference)] !== undefined);
    return { revision: { hash: templateHash(target.spec.template), configs }, tracked };
  }

  private async isSame(
    canary: Canary,
    target: Deployment,
    primary: Deployment,
    selector: Selector,
    revision: Revision,
    tracked: readonly ConfigReference[],
  ): Promise<boolean> {
    const wish = { selector, selectorLabels: this.settings.selectorLabels, tracked: new Set(tracked.map(keyOf)) };
    if (!runsSameTemplate(target, primary, wish)) return false;
    return this.configs.copiesAreEqual(canary.namespace, tracked, revision.configs);
  }

  private wish(
    canary: Canary,
    target: Deployment,
    revision: Revision,
    tracked: readonly ConfigReference[],
    fence: Fence,
  ): PrimaryWish {
    return {
      name: canary.targetRef.primaryName,
      namespace: canary.namespace,
      owner: canary.owner,
      selector: selectorOf(target, this.settings.selectorLabels),
      selectorLabels: this.settings.selectorLabels,
      prefixes: this.settings.includeLabelPrefixes,
      tracked: new Set(tracked.map(keyOf)),
      rolloutId: rolloutId(canary, revision, fence),
      autoscaled: canary.autoscalerRef !== undefined,
    };
  }
}

/** A UUID that is the same whenever the same promotion is carried out, and another for the next. */
function rolloutId(canary: Canary, revision: Revision, fence: Fence): string {
  const text = JSON.stringify([canary.uid, revision.hash, revision.configs, fence.epoch]);
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function notFound(name: string, namespace: string): string {
  return `deployment ${name}.${namespace} get query error: deployments.apps "${name}" not found`;
}

/** A reference of the primary's pods leads to a copy; this is what it is a copy of. */
function sourceOf(reference: ConfigReference): ConfigReference {
  return { ...reference, name: reference.name.replace(/-primary$/, '') };
}

function withTemplate(primary: Deployment, template: Deployment['spec']['template'] | undefined): KubeObject {
  const unmarked = withoutMark(primary) as Deployment;
  return template ? { ...unmarked, spec: { ...unmarked.spec, template } } : unmarked;
}

function withoutMark(object: KubeObject): KubeObject {
  const { [PROMOTED_FROM]: _mark, ...annotations } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations } };
}
