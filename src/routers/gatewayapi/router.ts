import type { Canary } from '../../crds/canary.js';
import { isOwnRoute } from '../../crds/traffic.js';
import type { Weights } from '../../domain/weights.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { NamedObject, ResourceType } from '../../kube/object.js';
import type { OwnedObject } from '../../kubernetes/ownership.js';
import type { Router } from '../port.js';
import { ObjectRouter, ownedObjects } from '../shared/object-router.js';
import { forEachSource, SeveralRouter } from '../shared/several.js';
import { gatewayApi, type GatewayApiVersion } from './gatewayapi.js';
import { ownRoute } from './own-route.js';

/** The Gateway API: a route generated for the Canary, or, where `spec.routeRef` names any, the users' own routes. */
export class GatewayApiRouter implements Router {
  readonly provider: string;
  readonly watches: readonly ResourceType[];
  private readonly generated: Router;
  private readonly own: Router;

  constructor(cache: ClusterCache, version: GatewayApiVersion) {
    const blueprint = gatewayApi(version);
    const { provider, type } = blueprint;
    this.provider = provider;
    this.watches = [type];
    this.generated = new ObjectRouter(cache, blueprint);
    this.own = new SeveralRouter(cache, new ObjectRouter(cache, ownRoute(provider, type)), 'routeRef', type);
  }

  async refresh(canary: Canary): Promise<void> {
    await this.of(canary).refresh(canary);
  }

  async reconcile(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    await this.of(canary).reconcile(canary, weights, fence);
  }

  drift(canary: Canary): Promise<readonly string[]> {
    return this.of(canary).drift(canary);
  }

  weights(canary: Canary): Promise<Weights | undefined> {
    return this.of(canary).weights(canary);
  }

  async setWeights(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    await this.of(canary).setWeights(canary, weights, fence);
  }

  isSettled(canary: Canary): Promise<boolean | undefined> {
    return this.of(canary).isSettled(canary);
  }

  async finalize(canary: Canary, fence: Claim): Promise<void> {
    await this.of(canary).finalize(canary, fence);
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return this.of(canary).owns(canary);
  }

  concerns(canary: Canary): readonly NamedObject[] {
    return this.of(canary).concerns(canary);
  }

  private of({ provider, routeRef }: Canary): Router {
    return isOwnRoute(provider, routeRef) ? this.own : this.generated;
  }
}

/** The objects that the Gateway API's router writes: {@link Router.owns}, without a cluster. */
export function ownedByGatewayApi(canary: Canary, version: GatewayApiVersion): readonly OwnedObject[] {
  const generated = gatewayApi(version);
  if (!isOwnRoute(canary.provider, canary.routeRef)) return ownedObjects(generated, canary);
  const own = ownRoute(generated.provider, generated.type);
  return forEachSource(canary, 'routeRef').flatMap((each) => ownedObjects(own, each));
}
