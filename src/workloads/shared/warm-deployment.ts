import type { Canary } from '../../crds/canary.js';
import type { Readiness } from '../../domain/findings.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { KubeObject, NamedObject } from '../../kube/object.js';
import { configReferences, withConfigNames } from '../../kubernetes/objects/config-references.js';
import { FLUX_SHIELD } from '../../kubernetes/objects/metadata.js';
import { isOurs, type OwnedObject } from '../../kubernetes/ownership.js';
import { parseFence } from '../../domain/decision/fence.js';
import { FENCE_ANNOTATION, remove, write } from '../../kubernetes/write.js';
import type { Settings } from '../../settings.js';
import type { Configs } from '../configs/configs.js';
import type { WarmPods } from '../port.js';
import { ownedWarm } from './owned.js';
import { asPodController, type PodController, type PodKind, type PodTemplate } from './pod-controller.js';
import { selectorOf } from './selector.js';
import type { Selector } from './pod-selector.js';
import { besidePrimary } from './primary.js';
import type { Snapshots } from './snapshots.js';

const SUFFIX = '-previous';
export const EXPIRES = 'serinus.dev/expires-at';

/**
 * Warm pods of a Deployment: another Deployment, `<target>-previous`, which is deleted with the Canary at the latest.
 */
export class WarmDeployment implements WarmPods {
  constructor(
    private readonly of: PodKind,
    private readonly cache: ClusterCache,
    private readonly snapshots: Snapshots<PodTemplate>,
    private readonly configs: Configs,
    private readonly settings: Settings,
  ) {}

  async keep(canary: Canary, until: number, fence: Claim): Promise<void> {
    const { namespace, targetRef } = canary;
    const target = await this.cache.get(this.of.type, namespace, targetRef.name);
    const primary = await this.cache.get(this.of.type, namespace, targetRef.primaryName);
    const template = primary && (await this.snapshots.previous(canary, primary));
    if (!target || !template) return;
    const selector = selectorOf(asPodController(target), this.settings.selectorLabels);
    const wish = await this.wish(canary, asPodController(primary), template, selector, until);
    const key = { namespace, name: wish.metadata.name };
    const desire = (current: KubeObject | undefined): KubeObject | undefined => {
      if (!current) return wish;
      // A promotion doesn't fail because they are missing: a foreign object of that name is refused before the release
      // begins.
      if (!isOurs(current, canary.owner)) return undefined;
      const { metadata, spec } = asPodController(current);
      return {
        ...current,
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...wish.metadata.annotations } },
        // A Deployment's selector is immutable.
        spec: { ...wish.spec, selector: spec.selector },
      };
    };
    await write(this.cache, this.of.type, key, desire, { fence, stamp: true });
  }

  async size(canary: Canary): Promise<number> {
    const current = await this.get(canary);
    return current ? this.of.replicas(asPodController(current)) : 0;
  }

  async grow(canary: Canary, fence: Claim): Promise<void> {
    const { namespace, targetRef } = canary;
    const primary = await this.cache.getFresh(this.of.type, namespace, targetRef.primaryName);
    const pods = primary ? this.of.replicas(asPodController(primary)) : 0;
    const desire = (current: KubeObject | undefined): KubeObject | undefined => {
      if (!current || !isOurs(current, canary.owner)) return undefined;
      const warm = asPodController(current);
      return this.of.replicas(warm) < pods ? this.of.scaled(warm, pods) : undefined;
    };
    await write(this.cache, this.of.type, { namespace, name: `${targetRef.name}${SUFFIX}` }, desire, {
      fence,
      stamp: true,
    });
  }

  async drop(canary: Canary, fence: Claim): Promise<void> {
    const current = await this.get(canary);
    if (current) await remove(this.cache, this.of.type, current, { fence });
  }

  async readiness(canary: Canary, now: number): Promise<Readiness | undefined> {
    const current = await this.get(canary);
    if (!current || this.of.replicas(asPodController(current)) === 0) return undefined;
    const rule = { thresholdPercent: 100, deadlineSeconds: canary.progressDeadlineSeconds };
    return this.of.readiness(asPodController(current), rule, now);
  }

  async expiry(canary: Canary): Promise<number | undefined> {
    const current = await this.get(canary);
    return current && Date.parse(current.metadata.annotations?.[EXPIRES] ?? '');
  }

  async find(canary: Canary): Promise<NamedObject | undefined> {
    const current = await this.get(canary);
    return current && { type: this.of.type, name: current.metadata.name };
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return ownedWarm(canary);
  }

  label(selector: Selector): string {
    return `${selector.value}${SUFFIX}`;
  }

  has({ targetRef }: Canary, pod: string): boolean {
    return pod.startsWith(`${targetRef.name}${SUFFIX}-`);
  }

  /** @returns undefined where there is none, or it isn't this Canary's */
  private async get(canary: Canary): Promise<KubeObject | undefined> {
    const current = await this.cache.get(this.of.type, canary.namespace, `${canary.targetRef.name}${SUFFIX}`);
    return current && isOurs(current, canary.owner) ? current : undefined;
  }

  private async wish(
    canary: Canary,
    primary: PodController,
    template: PodTemplate,
    selector: Selector,
    until: number,
  ): Promise<PodController> {
    const { namespace, targetRef } = canary;
    // Its pods may start at any time: they must read the configs from before the promotion, not the present ones.
    const epoch = parseFence(primary.metadata.annotations?.[FENCE_ANNOTATION])?.epoch;
    const names = await this.configs.former.names(configReferences(template.spec), namespace, epoch);
    return besidePrimary(canary, primary, {
      kind: this.of,
      name: `${targetRef.name}${SUFFIX}`,
      selector,
      value: this.label(selector),
      annotations: { ...FLUX_SHIELD, [EXPIRES]: new Date(until).toISOString() },
      replicas: Math.max(1, this.of.replicas(primary)),
      template: { ...template, spec: withConfigNames(template.spec, names) },
    });
  }
}
