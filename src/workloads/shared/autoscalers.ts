import type { Canary } from '../../crds/canary.js';
import { UserError } from '../../errors.js';
import type { ClusterCache } from '../../kubernetes/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { KubeObject, NamedObject } from '../../kubernetes/object.js';
import { isOurs, type OwnedObject } from '../../kubernetes/ownership.js';
import { primaryAutoscalerName, type AutoscalerType } from '../../kubernetes/objects/autoscaler.js';
import { horizontalPodAutoscaler } from '../../kubernetes/objects/horizontal-pod-autoscaler.js';
import { scaledObject } from '../../kubernetes/objects/scaled-object.js';
import { write } from '../../kubernetes/write.js';

type AutoscalerRef = NonNullable<Canary['autoscalerRef']>;

const TYPES: Readonly<Record<AutoscalerRef['kind'], AutoscalerType>> = {
  HorizontalPodAutoscaler: horizontalPodAutoscaler,
  ScaledObject: scaledObject,
};

/** The autoscaler of a Canary's target, and the one that is made after it for the primary. */
export class Autoscalers {
  constructor(private readonly cache: ClusterCache) {}

  /**
   * Makes the primary's where it is missing.
   *
   * @param update take changes of the target's over, too: they become the primary's by a release only
   * @throws UserError where the target has none
   */
  async put(canary: Canary, update: boolean, fence: Claim): Promise<void> {
    const { autoscalerRef, namespace } = canary;
    if (!autoscalerRef) return;
    const { type, resource, desired } = TYPES[autoscalerRef.kind];
    const { name } = autoscalerRef;
    const source = await this.cache.get(type, namespace, name);
    if (!source)
      throw new UserError(`${type.kind} ${name}.${namespace} get query error: ${resource} "${name}" not found`);
    const { primaryScalerReplicas, primaryScalerQueries } = autoscalerRef;
    const wish = {
      namespace,
      owner: canary.owner,
      target: canary.targetRef.name,
      primary: canary.targetRef.primaryName,
      ...primaryScalerReplicas,
      queries: primaryScalerQueries,
    };
    const desire = (current: KubeObject | undefined) => (current && !update ? current : desired(source, current, wish));
    await write(this.cache, type, { namespace, name: primaryAutoscalerName(name) }, desire, {
      fence,
      right: { owner: canary.owner },
    });
  }

  /** The primary's where it is missing, `Kind/name`. */
  async drift(canary: Canary): Promise<readonly string[]> {
    const { autoscalerRef, namespace } = canary;
    if (!autoscalerRef) return [];
    const { type } = TYPES[autoscalerRef.kind];
    const name = primaryAutoscalerName(autoscalerRef.name);
    const current = await this.cache.get(type, namespace, name);
    return current && isOurs(current, canary.owner) ? [] : [`${type.kind}/${name}`];
  }

  owns({ autoscalerRef }: Canary): readonly OwnedObject[] {
    if (!autoscalerRef) return [];
    return [{ type: TYPES[autoscalerRef.kind].type, name: primaryAutoscalerName(autoscalerRef.name) }];
  }

  concerns({ autoscalerRef }: Canary): readonly NamedObject[] {
    if (!autoscalerRef) return [];
    const { type } = TYPES[autoscalerRef.kind];
    return [autoscalerRef.name, primaryAutoscalerName(autoscalerRef.name)].map((name) => ({ type, name }));
  }

  /** Pods that a target gets which comes back from zero: as few as its autoscaler allows, at least one. */
  async floor({ autoscalerRef, namespace }: Canary): Promise<number> {
    if (!autoscalerRef) return 1;
    const { type, minReplicas } = TYPES[autoscalerRef.kind];
    const source = await this.cache.get(type, namespace, autoscalerRef.name);
    return Math.max(1, source ? minReplicas(source) : 1);
  }

  /** Keeps the target's autoscaler from scaling it up while it is to stay at zero. */
  async pause(canary: Canary, fence: Claim): Promise<void> {
    await this.change(canary, fence, ({ pausing }) => pausing?.paused);
  }

  async resume(canary: Canary, fence: Claim): Promise<void> {
    await this.change(canary, fence, ({ pausing }) => pausing?.resumed);
  }

  /** One that is gone needs no change: there is nobody who would scale. */
  private async change(
    { autoscalerRef, namespace }: Canary,
    fence: Claim,
    how: (of: AutoscalerType) => ((source: KubeObject) => KubeObject) | undefined,
  ): Promise<void> {
    const of = autoscalerRef && TYPES[autoscalerRef.kind];
    const changed = of && how(of);
    if (!of || !changed) return;
    const desire = (current: KubeObject | undefined) => current && changed(current);
    await write(this.cache, of.type, { namespace, name: autoscalerRef.name }, desire, { fence });
  }
}
