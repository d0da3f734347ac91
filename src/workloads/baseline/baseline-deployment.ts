import { asksForBaseline, baselineTargetName, baselineValue, wantsBaseline } from '../../crds/baseline.js';
import type { Canary } from '../../crds/canary.js';
import type { Readiness } from '../../domain/findings.js';
import type { Stray } from '../../domain/strays.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { KubeObject, NamedObject } from '../../kube/object.js';
import type { Claim } from '../../kubernetes/claim.js';
import { FLUX_SHIELD } from '../../kubernetes/objects/metadata.js';
import { foreignMessage, isOurs, type OwnedObject } from '../../kubernetes/ownership.js';
import { remove, write } from '../../kubernetes/write.js';
import type { Settings } from '../../settings.js';
import type { BaselinePods } from '../port.js';
import { ownedBaseline } from '../shared/owned.js';
import { asPodController, type PodController, type PodKind } from '../shared/pod-controller.js';
import type { Selector } from '../shared/pod-selector.js';
import { besidePrimary } from '../shared/primary.js';
import { canonicalJson } from '../shared/revision.js';
import { primaryValue, selectorOf } from '../shared/selector.js';

/** Longer than a pod needs that is replaced, seconds. */
const PATIENCE_SECONDS = 30;

/** How long a share of the users may get no answer of a baseline none of whose pods serves, seconds. */
function patienceOf({ analysis, progressDeadlineSeconds }: Canary): number {
  return Math.min(progressDeadlineSeconds, Math.max(analysis.intervalSeconds, PATIENCE_SECONDS));
}

/**
 * The baseline of a Deployment's canary: another Deployment, `<target>-baseline`, which runs the primary's version,
 * with as many pods as the canary has. It reads the primary's copies of configs, and is deleted with the Canary at the
 * latest.
 */
export class BaselineDeployment implements BaselinePods {
  constructor(
    private readonly of: PodKind,
    private readonly cache: ClusterCache,
    private readonly settings: Settings,
  ) {}

  async put(canary: Canary, fence: Claim): Promise<void> {
    const wish = await this.wish(canary);
    if (!wish) return;
    const desire = (current: KubeObject | undefined): KubeObject => {
      if (!current) return wish;
      const { spec } = asPodController(current);
      // A Deployment's selector is immutable.
      return { ...current, spec: { ...spec, ...wish.spec, selector: spec.selector } };
    };
    const { namespace, owner } = canary;
    const right = { owner };
    await write(this.cache, this.of.type, { namespace, name: wish.metadata.name }, desire, {
      fence,
      stamp: true,
      right,
    });
  }

  async stop(canary: Canary, fence: Claim): Promise<void> {
    if ((await this.size(canary)) === 0) return;
    const { namespace, owner } = canary;
    const desire = (current: KubeObject | undefined) => current && this.of.scaled(asPodController(current), 0);
    const key = { namespace, name: baselineTargetName(canary) };
    await write(this.cache, this.of.type, key, desire, { fence, stamp: true, right: { owner } });
  }

  async drop(canary: Canary, fence: Claim): Promise<void> {
    const current = await this.get(canary);
    if (current) await remove(this.cache, this.of.type, current, { fence });
  }

  async strays(canary: Canary): Promise<readonly Stray[]> {
    if (!wantsBaseline(canary) || !(await this.isComparable(canary))) return [];
    const wish = await this.wish(canary);
    if (!wish) return [];
    const object = `${this.of.kind}/${wish.metadata.name}`;
    const found = await this.get(canary);
    if (!found) return [{ object }];
    const current = asPodController(found);
    const fields = [
      ...(canonicalJson(current.spec.template) === canonicalJson(wish.spec.template) ? [] : ['spec.template']),
      // A larger one does no harm, and with the next weight it gets the canary's size.
      ...(this.of.replicas(current) < this.of.replicas(wish) ? ['spec.replicas'] : []),
    ];
    return fields.map((field) => ({ object, field }));
  }

  async readiness(canary: Canary, now: number): Promise<Readiness | undefined> {
    if (!wantsBaseline(canary) || !(await this.isComparable(canary))) return undefined;
    const isRouted = canary.status.canaryWeight > 0;
    const found = await this.cache.get(this.of.type, canary.namespace, baselineTargetName(canary));
    if (!found || !isOurs(found, canary.owner)) return isRouted ? this.absence(canary, found) : undefined;
    const controller = asPodController(found);
    const rule = {
      thresholdPercent: canary.analysis.canaryReadyThreshold,
      deadlineSeconds: canary.progressDeadlineSeconds,
    };
    const patient = this.of.readiness(controller, rule, now);
    if (patient.ready) return patient;
    const isFailing = isRouted && !patient.available;
    const readiness = isFailing
      ? this.of.readiness(controller, { ...rule, deadlineSeconds: patienceOf(canary) }, now)
      : patient;
    return readiness.ready ? readiness : { ...readiness, reason: `its baseline isn't ready: ${readiness.reason}` };
  }

  async find(canary: Canary): Promise<NamedObject | undefined> {
    const current = await this.get(canary);
    return current && { type: this.of.type, name: current.metadata.name };
  }

  async size(canary: Canary): Promise<number> {
    const current = await this.get(canary);
    return current ? this.of.replicas(asPodController(current)) : 0;
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return ownedBaseline(canary);
  }

  concerns(canary: Canary): readonly NamedObject[] {
    return asksForBaseline(canary) ? [{ type: this.of.type, name: baselineTargetName(canary) }] : [];
  }

  label(selector: Selector): string {
    return baselineValue(selector.value);
  }

  /** Requests are sent to a baseline that isn't there: it is made again, unless its name is somebody else's by now. */
  private async absence(canary: Canary, theirs: KubeObject | undefined): Promise<Readiness | undefined> {
    if (!(await this.wish(canary))) return undefined;
    const reason = `its baseline isn't there: ${theirs ? foreignMessage(theirs, canary.owner) : 'it is made again'}`;
    return { ready: false, retriable: theirs === undefined, available: false, reason };
  }

  /** A primary that isn't ready can't be compared with: a fix is released without comparison. */
  private async isComparable(canary: Canary): Promise<boolean> {
    const primary = await this.controller(canary, canary.targetRef.primaryName);
    const rule = {
      thresholdPercent: canary.analysis.primaryReadyThreshold,
      deadlineSeconds: canary.progressDeadlineSeconds,
    };
    return primary !== undefined && this.of.readiness(primary, rule, 0).ready;
  }

  /** @returns undefined where there is none, or it isn't this Canary's */
  private async get(canary: Canary): Promise<KubeObject | undefined> {
    const current = await this.cache.get(this.of.type, canary.namespace, baselineTargetName(canary));
    return current && isOurs(current, canary.owner) ? current : undefined;
  }

  private async controller({ namespace }: Canary, name: string): Promise<PodController | undefined> {
    const found = await this.cache.get(this.of.type, namespace, name);
    return found && asPodController(found);
  }

  /** @returns undefined where there is nothing to compare, or nothing to compare it with */
  private async wish(canary: Canary): Promise<PodController | undefined> {
    const target = await this.controller(canary, canary.targetRef.name);
    const primary = await this.controller(canary, canary.targetRef.primaryName);
    const pods = target ? this.of.replicas(target) : 0;
    if (!target || !primary || pods === 0 || !isOurs(primary, canary.owner)) return undefined;
    const selector = selectorOf(target, this.settings.selectorLabels);
    const { template } = primary.spec;
    const ofPrimary = { ...selector, value: primaryValue(selector) };
    return besidePrimary(canary, primary, {
      kind: this.of,
      name: baselineTargetName(canary),
      selector,
      value: this.label(selector),
      annotations: FLUX_SHIELD,
      replicas: pods,
      template: { ...template, spec: this.of.primaryPods(template.spec, ofPrimary, this.label(selector)) },
    });
  }
}
