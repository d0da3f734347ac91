import { createHash } from 'node:crypto';
import type { Canary } from '../../crds/canary.js';
import type { Revision } from '../../domain/revision.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { KubeObject } from '../../kube/object.js';
import {
  configReferences,
  keyOf,
  sourceOfCopy,
  type ConfigReference,
} from '../../kubernetes/objects/config-references.js';
import type { Fence } from '../../domain/decision/fence.js';
import { isOurs } from '../../kubernetes/ownership.js';
import type { Settings } from '../../settings.js';
import type { Configs, Copied } from '../configs/configs.js';
import { TargetMissing } from '../errors.js';
import { sidesOf, type Sides } from './disruption-budgets.js';
import { namesInUse, namesToWrite, unshared, type Copier } from './copies.js';
import type { Belongings } from './mending.js';
import { missing } from './missing.js';
import { asPodController, type PodController, type PodKind } from './pod-controller.js';
import { runsSameTemplate, type PrimaryWish, type TemplateWish } from './primary.js';
import { configsOf } from './promoted-configs.js';
import { contentHash } from './revision.js';
import { findSelector, matchLabelsOf, selectorOf } from './selector.js';

/** The result of observing a target. */
export interface Seen {
  readonly target: PodController;
  readonly revision: Revision;
  readonly tracked: readonly ConfigReference[];
}

/** The target and its primary in the cluster, and the objects to be written that follow from them. */
export class PodView {
  constructor(
    private readonly of: PodKind,
    private readonly cache: ClusterCache,
    private readonly configs: Configs,
    private readonly settings: Settings,
  ) {}

  async target(canary: Canary): Promise<PodController> {
    const { name } = canary.targetRef;
    const object = await this.cache.get(this.of.type, canary.namespace, name);
    if (!object) throw new TargetMissing(missing(this.of.type, name, canary.namespace));
    return asPodController(object);
  }

  /** A foreign object of that name is no primary. */
  async primary(canary: Canary): Promise<PodController | undefined> {
    const object = await this.cache.get(this.of.type, canary.namespace, canary.targetRef.primaryName);
    return object && isOurs(object, canary.owner) ? asPodController(object) : undefined;
  }

  unshared(canary: Canary, primary: PodController | undefined): Promise<readonly KubeObject[]> {
    return unshared(this.cache, primary ? this.references(primary) : [], canary);
  }

  references(controller: PodController): readonly ConfigReference[] {
    return this.settings.configTracking ? configReferences(controller.spec.template.spec) : [];
  }

  async belongings(canary: Canary, primary: PodController | undefined): Promise<Belongings> {
    const copied = await this.copied(canary, primary);
    return { primary, copied, unshared: await this.unshared(canary, primary), sides: await this.sides(canary) };
  }

  /** Undefined where the target is missing, or has no label that distinguishes its pods from the primary's. */
  async sides(canary: Canary): Promise<Sides | undefined> {
    const found = await this.cache.get(this.of.type, canary.namespace, canary.targetRef.name);
    const target = found && asPodController(found);
    const selector = target && findSelector(target, this.settings.selectorLabels);
    return target && selector && sidesOf(selector, target, await this.primary(canary));
  }

  /**
   * The configs whose copies the primary's pods read: those promoted with it, or the target's where they are unknown.
   */
  async copied(canary: Canary, primary: PodController | undefined): Promise<readonly Copied[]> {
    const promoted = primary && configsOf(primary);
    if (!primary || !promoted) {
      const { tracked } = await this.see(canary);
      const names = namesInUse(tracked, copierOf(canary, primary));
      return tracked.map((source) => ({ source, copy: names.get(keyOf(source)) ?? source.name }));
    }
    return this.references(primary)
      .map((reference) => ({
        source: { ...reference, name: sourceOfCopy(reference.name, canary.name) },
        copy: reference.name,
      }))
      .filter(({ source }) => promoted[keyOf(source)] !== undefined);
  }

  async see(canary: Canary): Promise<Seen> {
    const target = await this.target(canary);
    this.of.check(target);
    const references = this.references(target);
    const configs = await this.configs.checksums.of(canary.namespace, references, false);
    const tracked = references.filter((reference) => configs[keyOf(reference)] !== undefined);
    return { target, revision: { hash: contentHash(this.of.template(target)), configs }, tracked };
  }

  async isSame(canary: Canary, seen: Seen, primary: PodController): Promise<boolean> {
    const { target, tracked, revision } = seen;
    const wish = this.templateWish(canary, target, primary, tracked);
    if (!runsSameTemplate(target, primary, wish)) return false;
    return this.configs.copiesAreEqual(canary.namespace, tracked, revision.configs, wish.copies);
  }

  /** None of its pods is of an earlier template. */
  isRolledOut({ progressDeadlineSeconds }: Canary, primary: PodController): boolean {
    return this.of.readiness(primary, { thresholdPercent: 0, deadlineSeconds: progressDeadlineSeconds }, 0).ready;
  }

  /** With the copies that the primary reads now. */
  templateWish(
    canary: Canary,
    target: PodController,
    primary: PodController | undefined,
    tracked: readonly ConfigReference[],
  ): TemplateWish {
    const selector = selectorOf(target, this.settings.selectorLabels);
    const copies = namesInUse(tracked, copierOf(canary, primary));
    return { kind: this.of, selector, selectedBy: matchLabelsOf(primary), copies };
  }

  /** With the copies that the primary is to read from now on. */
  async wish(
    canary: Canary,
    target: PodController,
    revision: Revision,
    tracked: readonly ConfigReference[],
    fence: Claim,
  ): Promise<PrimaryWish> {
    const primary = await this.primary(canary);
    return {
      ...this.templateWish(canary, target, primary, tracked),
      copies: await namesToWrite(this.cache, tracked, copierOf(canary, primary)),
      name: canary.targetRef.primaryName,
      namespace: canary.namespace,
      owner: canary.owner,
      prefixes: this.settings.includeLabelPrefixes,
      rolloutId: rolloutId(canary, revision, fence),
      autoscaled: canary.autoscalerRef !== undefined,
    };
  }
}

export function copierOf({ namespace, owner }: Canary, primary: PodController | undefined): Copier {
  return { namespace, owner, primary };
}

/** A UUID that is the same whenever the same promotion is carried out, and another one for the next. */
function rolloutId(canary: Canary, revision: Revision, fence: Fence): string {
  const text = JSON.stringify([canary.uid, revision.hash, revision.configs, fence.epoch]);
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
