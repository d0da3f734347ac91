import { isDeepStrictEqual } from 'node:util';
import type { Canary } from '../../crds/canary.js';
import { errorOf, UserError } from '../../errors.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { KubeError } from '../../kube/kube-error.js';
import { titleOf, type KubeObject, type NamedObject } from '../../kube/object.js';
import { isOurs, type OwnedObject } from '../../kubernetes/ownership.js';
import { primaryAutoscalerName, type AutoscalerType } from '../../kubernetes/objects/autoscaler.js';
import { horizontalPodAutoscaler } from '../../kubernetes/objects/horizontal-pod-autoscaler.js';
import { scaledObject } from '../../kubernetes/objects/scaled-object.js';
import { remove, write } from '../../kubernetes/write.js';

type AutoscalerRef = NonNullable<Canary['autoscalerRef']>;

const TYPES: Readonly<Record<AutoscalerRef['kind'], AutoscalerType>> = {
  HorizontalPodAutoscaler: horizontalPodAutoscaler,
  ScaledObject: scaledObject,
};

/** The primary's autoscaler for a reference that the Canary no longer has. */
interface Leftover {
  readonly of: AutoscalerType;
  readonly object: KubeObject;
}

/** The primary's autoscaler, where its target has one. */
export function ownedAutoscalers({ autoscalerRef }: Canary): readonly OwnedObject[] {
  if (!autoscalerRef) return [];
  return [{ type: TYPES[autoscalerRef.kind].type, name: primaryAutoscalerName(autoscalerRef.name) }];
}

/** The autoscaler of a Canary's target, and the primary's copy of it. */
export class Autoscalers {
  /** KEDA is installed; undefined before it is known. */
  private served: boolean | undefined;

  constructor(private readonly cache: ClusterCache) {}

  /**
   * Creates the primary's autoscaler where it is missing, and applies the Canary's own values. Those that the Canary no
   * longer refers to are deleted first: two would fight over one primary, and KEDA refuses a second one.
   *
   * @param update also copy changes of the target's autoscaler: they reach the primary only by a release, except for
   *   values that the Canary itself sets
   * @throws UserError where the target has none
   */
  async put(canary: Canary, update: boolean, fence: Claim): Promise<void> {
    const problems: Error[] = [];
    for (const { of, object } of await this.leftovers(canary)) {
      await this.drop(canary, of, object, fence).catch((error: unknown) => problems.push(errorOf(error)));
    }
    await this.putWanted(canary, update, fence);
    const [first] = problems;
    if (first) throw first;
  }

  private async putWanted(canary: Canary, update: boolean, fence: Claim): Promise<void> {
    const { autoscalerRef, namespace } = canary;
    if (!autoscalerRef) return;
    const { type, resource } = TYPES[autoscalerRef.kind];
    const { name } = autoscalerRef;
    const source = await this.cache.get(type, namespace, name);
    if (!source)
      throw new UserError(`${type.kind} ${name}.${namespace} get query error: ${resource} "${name}" not found`);
    const desire = (current: KubeObject | undefined) => desired(canary, autoscalerRef, source, current, update);
    const key = { namespace, name: primaryAutoscalerName(name) };
    await write(this.cache, type, key, desire, { fence, right: { owner: canary.owner } });
  }

  /** The primary's autoscaler where it has drifted, and those to delete, `Kind/name`. */
  async drift(canary: Canary): Promise<readonly string[]> {
    const leftovers = (await this.leftovers(canary)).map(({ object }) => titleOf(object));
    const { autoscalerRef, namespace } = canary;
    if (!autoscalerRef) return leftovers;
    const { type } = TYPES[autoscalerRef.kind];
    const name = primaryAutoscalerName(autoscalerRef.name);
    const source = await this.cache.get(type, namespace, autoscalerRef.name);
    const current = await this.cache.get(type, namespace, name);
    const asWanted = current && source ? desired(canary, autoscalerRef, source, current, false) : current;
    const isRight = current && isOurs(current, canary.owner) && isDeepStrictEqual(current['spec'], asWanted?.['spec']);
    return isRight ? leftovers : [...leftovers, `${type.kind}/${name}`];
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return ownedAutoscalers(canary);
  }

  /** Autoscalers of the Canary other than the one it needs now, from former references. */
  private async leftovers({ autoscalerRef, namespace, owner }: Canary): Promise<readonly Leftover[]> {
    const wanted = autoscalerRef && `${autoscalerRef.kind}/${primaryAutoscalerName(autoscalerRef.name)}`;
    const found: Leftover[] = [];
    for (const of of Object.values(TYPES)) {
      if (!(await this.isServed(of))) continue;
      const all = (await this.cache.synced(of.type)).list(namespace);
      const ours = all.filter((object) => isOurs(object, owner) && titleOf(object) !== wanted);
      found.push(...ours.map((object) => ({ of, object })));
    }
    return found;
  }

  /** Without it, the target's is no longer kept at zero either. */
  private async drop(canary: Canary, of: AutoscalerType, object: KubeObject, fence: Claim): Promise<void> {
    const { namespace, autoscalerRef } = canary;
    const source = object.metadata.name.replace(new RegExp(`${primaryAutoscalerName('')}$`), '');
    const isWanted = autoscalerRef?.kind === of.type.kind && autoscalerRef.name === source;
    const { pausing } = of;
    if (pausing && !isWanted) {
      const resumed = (current: KubeObject | undefined) => current && pausing.resumed(current);
      await write(this.cache, of.type, { namespace, name: source }, resumed, { fence });
    }
    await remove(this.cache, of.type, object, { fence });
    await this.cache.getFresh(of.type, namespace, object.metadata.name);
  }

  /** A kind that the cluster doesn't have isn't watched: the reflector would ask for it again and again. */
  private async isServed({ type }: AutoscalerType): Promise<boolean> {
    if (type === horizontalPodAutoscaler.type || this.cache.watches(type)) return true;
    this.served ??= await this.cache.client.request<unknown>('GET', `/apis/${type.apiVersion}`).then(
      () => true,
      // A failed request is repeated later; a kind that is missing or forbidden is none of ours.
      (error: unknown) => (error instanceof KubeError && [403, 404].includes(error.status) ? false : undefined),
    );
    return this.served ?? false;
  }

  /**
   * Queries in the Canary for triggers that don't exist: the primary is scaled by a query derived from the target's
   * instead. In words for events.
   */
  async unused({ autoscalerRef, namespace }: Canary): Promise<readonly string[]> {
    if (autoscalerRef?.kind !== 'ScaledObject') return [];
    const wanted = Object.keys(autoscalerRef.primaryScalerQueries);
    if (wanted.length === 0) return [];
    const source = await this.cache.get(TYPES.ScaledObject.type, namespace, autoscalerRef.name);
    if (!source) return [];
    const { triggers = [] } = (source['spec'] ?? {}) as { triggers?: readonly { name?: string }[] };
    return wanted
      .filter((name) => !triggers.some((trigger) => trigger.name === name))
      .map(
        (name) =>
          `spec.autoscalerRef.primaryScalerQueries.${name} has no effect: no trigger of ScaledObject ${autoscalerRef.name} has that name, and the primary is scaled by the target's query`,
      );
  }

  concerns({ autoscalerRef }: Canary): readonly NamedObject[] {
    if (!autoscalerRef) return [];
    const { type } = TYPES[autoscalerRef.kind];
    return [autoscalerRef.name, primaryAutoscalerName(autoscalerRef.name)].map((name) => ({ type, name }));
  }

  /** Pods of a target that is scaled up from zero: as few as its autoscaler allows, at least one. */
  async floor({ autoscalerRef, namespace }: Canary): Promise<number> {
    if (!autoscalerRef) return 1;
    const { type, minReplicas } = TYPES[autoscalerRef.kind];
    const source = await this.cache.get(type, namespace, autoscalerRef.name);
    return Math.max(1, source ? minReplicas(source) : 1);
  }

  /** Most pods that the primary's autoscaler allows; undefined where there is none, or it doesn't say. */
  async ceiling({ autoscalerRef, namespace }: Canary): Promise<number | undefined> {
    if (!autoscalerRef) return undefined;
    const { type, maxReplicas } = TYPES[autoscalerRef.kind];
    const copy = await this.cache.get(type, namespace, primaryAutoscalerName(autoscalerRef.name));
    return copy && maxReplicas(copy);
  }

  /** Keeps the target's autoscaler from scaling it up while it is to stay at zero. */
  async pause(canary: Canary, fence: Claim): Promise<void> {
    await this.change(canary, fence, ({ pausing }) => pausing?.paused);
  }

  async resume(canary: Canary, fence: Claim): Promise<void> {
    await this.change(canary, fence, ({ pausing }) => pausing?.resumed);
  }

  /** A missing one needs no change: it can't scale anything. */
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

function desired(
  { namespace, owner, targetRef, own }: Canary,
  { kind, primaryScalerReplicas, primaryScalerQueries }: AutoscalerRef,
  source: KubeObject,
  current: KubeObject | undefined,
  update: boolean,
): KubeObject {
  const wish = {
    namespace,
    owner,
    target: targetRef.name,
    primary: targetRef.primaryName,
    ...primaryScalerReplicas,
    queries: primaryScalerQueries,
  };
  const { desired: whole, withOwn } = TYPES[kind];
  return current && !update && !own.followsAutoscaler ? withOwn(source, current, wish) : whole(source, current, wish);
}
