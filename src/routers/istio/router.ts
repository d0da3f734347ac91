import type { Canary } from '../../crds/canary.js';
import { ALL_TO_PRIMARY, type Weights } from '../../domain/weights.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { KubeObject, NamedObject } from '../../kube/object.js';
import { isFree, type OwnedObject } from '../../kubernetes/ownership.js';
import { write } from '../../kubernetes/write.js';
import type { Router } from '../port.js';
import { ObjectRouter, type Blueprint } from '../shared/object-router.js';
import { desiredDestinationRule } from './destination-rule.js';
import { DESTINATION_RULES, VIRTUAL_SERVICES } from './objects.js';
import { restored } from './original.js';
import { virtualService } from './virtual-service.js';

/** Istio: a VirtualService with the routes, and a DestinationRule for each of the two Services they lead to. */
export class IstioRouter implements Router {
  readonly provider = virtualService.provider;
  readonly watches = [VIRTUAL_SERVICES, DESTINATION_RULES];
  private readonly routes: Router;
  private readonly rules: readonly Router[];

  constructor(private readonly cache: ClusterCache) {
    this.routes = new ObjectRouter(cache, virtualService);
    this.rules = rules.map((blueprint) => new ObjectRouter(cache, blueprint));
  }

  async refresh(canary: Canary): Promise<void> {
    for (const part of this.parts()) await part.refresh(canary);
  }

  async reconcile(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    // Nothing is made for routes that can't be.
    virtualService.desired({ canary, source: undefined, current: undefined, weights, fence });
    for (const part of this.parts()) await part.reconcile(canary, weights, fence);
  }

  async drift(canary: Canary): Promise<readonly string[]> {
    const found = await Promise.all(this.parts().map((part) => part.drift(canary)));
    return found.flat();
  }

  weights(canary: Canary): Promise<Weights | undefined> {
    return this.routes.weights(canary);
  }

  async setWeights(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    // Where users are comes first; how connections to the pods are kept must not stand in its way.
    await this.routes.setWeights(canary, weights, fence);
    for (const rule of this.rules) await rule.reconcile(canary, weights, fence);
  }

  isSettled(canary: Canary): Promise<boolean | undefined> {
    return this.routes.isSettled(canary);
  }

  /** What was there before the Canary came stays when it goes, so it must say again what it said. */
  async finalize(canary: Canary, fence: Claim): Promise<void> {
    const key = { namespace: canary.namespace, name: canary.service.name };
    const right = { owner: canary.owner, takesOver: true };
    const desire = (current: KubeObject | undefined): KubeObject | undefined =>
      current && isFree(current, right) ? restored(current) : undefined;
    await write(this.cache, VIRTUAL_SERVICES, key, desire, { fence, stamp: true, of: canary.uid });
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return this.parts().flatMap((part) => part.owns(canary));
  }

  concerns(canary: Canary): readonly NamedObject[] {
    return this.parts().flatMap((part) => part.concerns(canary));
  }

  /** In the order in which they are made: what routes lead to is there before they do. */
  private parts(): readonly Router[] {
    return [...this.rules, this.routes];
  }
}

/** @param name of the Service it is for */
function destinationRule(name: (canary: Canary) => string): Blueprint {
  return {
    provider: virtualService.provider,
    type: DESTINATION_RULES,
    name,
    desired: ({ canary, current }) => desiredDestinationRule(canary, name(canary), current),
    // It has no say in how traffic is divided, whatever that is.
    weights: () => ALL_TO_PRIMARY,
  };
}

const rules: readonly Blueprint[] = [
  destinationRule((canary) => canary.service.canaryName),
  destinationRule((canary) => canary.service.primaryName),
];

/** Everything that is written, in the order in which it is made. */
export const istioObjects: readonly Blueprint[] = [...rules, virtualService];
