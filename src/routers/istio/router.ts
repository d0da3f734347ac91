import { asksForBaseline, baselineServiceName } from '../../crds/baseline.js';
import type { Canary } from '../../crds/canary.js';
import { ALL_TO_PRIMARY, type Weights } from '../../domain/weights.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { KubeObject, NamedObject } from '../../kube/object.js';
import { isFree, isOurs, type OwnedObject } from '../../kubernetes/ownership.js';
import { remove, write } from '../../kubernetes/write.js';
import type { Router } from '../port.js';
import { ObjectRouter, type Blueprint } from '../shared/object-router.js';
import { DESTINATION_RULES, VIRTUAL_SERVICES } from './objects.js';
import { restored } from './original.js';
import { virtualService } from './virtual-service.js';

/** Istio: a VirtualService with the routes, and a DestinationRule for each of the two Services they lead to. */
export class IstioRouter implements Router {
  readonly provider = virtualService.provider;
  readonly watches = [VIRTUAL_SERVICES, DESTINATION_RULES];
  private readonly routes: Router;
  private readonly rules: readonly Router[];
  private readonly ofBaseline: Router;

  constructor(private readonly cache: ClusterCache) {
    this.routes = new ObjectRouter(cache, virtualService);
    this.rules = rules.map((blueprint) => new ObjectRouter(cache, blueprint));
    this.ofBaseline = new ObjectRouter(cache, baselineRule);
  }

  async refresh(canary: Canary): Promise<void> {
    for (const part of this.parts()) await part.refresh(canary);
  }

  async reconcile(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    // Creates nothing if the routes are invalid.
    virtualService.desired({ canary, source: undefined, current: undefined, weights, fence });
    if ((await this.weights(canary))?.baseline) await this.ofBaseline.reconcile(canary, weights, fence);
    for (const part of this.parts()) await part.reconcile(canary, weights, fence);
  }

  async drift(canary: Canary): Promise<readonly string[]> {
    const beside = (await this.weights(canary))?.baseline ? [this.ofBaseline] : [];
    const found = await Promise.all([...beside, ...this.parts()].map((part) => part.drift(canary)));
    return found.flat();
  }

  weights(canary: Canary): Promise<Weights | undefined> {
    return this.routes.weights(canary);
  }

  async setWeights(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    // Moving users comes first; settings of connections to the pods must not block it.
    if (weights.baseline) await this.ofBaseline.reconcile(canary, weights, fence);
    await this.routes.setWeights(canary, weights, fence);
    for (const rule of this.rules) await rule.reconcile(canary, weights, fence);
  }

  async dropBaseline({ namespace, service, owner, uid }: Canary, fence: Claim): Promise<void> {
    const current = await this.cache.get(DESTINATION_RULES, namespace, baselineServiceName({ service }));
    if (current && isOurs(current, owner)) await remove(this.cache, DESTINATION_RULES, current, { fence, of: uid });
  }

  isSettled(canary: Canary): Promise<boolean | undefined> {
    return this.routes.isSettled(canary);
  }

  /** An object that existed before the Canary stays, so it gets its original content back. */
  async finalize(canary: Canary, fence: Claim): Promise<void> {
    const key = { namespace: canary.namespace, name: canary.service.name };
    const right = { owner: canary.owner, takesOver: true };
    const desire = (current: KubeObject | undefined): KubeObject | undefined =>
      current && isFree(current, right) ? restored(current) : undefined;
    await write(this.cache, VIRTUAL_SERVICES, key, desire, { fence, stamp: true, of: canary.uid });
  }

  owns(canary: Canary): readonly OwnedObject[] {
    const beside = asksForBaseline(canary) ? this.ofBaseline.owns(canary) : [];
    return [...this.parts().flatMap((part) => part.owns(canary)), ...beside];
  }

  concerns(canary: Canary): readonly NamedObject[] {
    const beside = asksForBaseline(canary) ? this.ofBaseline.concerns(canary) : [];
    return [...this.parts().flatMap((part) => part.concerns(canary)), ...beside];
  }

  /** In the order in which they are created: destinations before the routes that lead to them. */
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
    // It doesn't affect how traffic is divided.
    weights: () => ALL_TO_PRIMARY,
  };
}

const rules: readonly Blueprint[] = [
  destinationRule((canary) => canary.service.canaryName),
  destinationRule((canary) => canary.service.primaryName),
];

/** It exists as long as the baseline does. */
const baselineRule = destinationRule(baselineServiceName);

/** All objects, except the baseline's, in the order in which they are created. */
export const istioObjects: readonly Blueprint[] = [...rules, virtualService];

/**
 * The DestinationRule of one of the two Services. Host and traffic policy are ours, from `service.trafficPolicy`;
 * subsets and the like belong to whoever added them.
 *
 * @param name of the Service and of its DestinationRule
 */
export function desiredDestinationRule(canary: Canary, name: string, current: KubeObject | undefined): KubeObject {
  const { trafficPolicy: _policy, ...others } = (current?.['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  const { trafficPolicy } = canary.service;
  return {
    ...current,
    apiVersion: DESTINATION_RULES.apiVersion,
    kind: DESTINATION_RULES.kind,
    metadata: current?.metadata ?? { name, namespace: canary.namespace, ownerReferences: [canary.owner] },
    spec: { ...others, host: name, ...(trafficPolicy ? { trafficPolicy } : {}) },
  };
}
