import type { Canary } from '../crds/canary.js';
import { UserError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import type { OwnedObject } from '../kubernetes/ownership.js';
import { DEFAULT_SETTINGS, type Settings } from '../settings.js';
import { apisix } from './apisix/route.js';
import { contour } from './contour.js';
import { GatewayApiRouter, ownedByGatewayApi } from './gatewayapi/router.js';
import { istioObjects, IstioRouter } from './istio/router.js';
import { kubernetesRouter } from './kubernetes.js';
import { nginx } from './nginx.js';
import type { Router } from './port.js';
import { INGRESSES } from './shared/ingress.js';
import { ObjectRouter, ownedObjects, type Blueprint } from './shared/object-router.js';
import { forEachSource, SeveralRouter } from './shared/several.js';
import { skipper } from './skipper.js';
import { traefik } from './traefik.js';

/** All traffic providers. A new one is a file beside this and a line here. */
export function createRouters(cache: ClusterCache, settings: Settings): readonly Router[] {
  return [
    new SeveralRouter(cache, new ObjectRouter(cache, apisix), 'routeRef', apisix.type),
    ...afterIngresses(settings).map(
      (blueprint) => new SeveralRouter(cache, new ObjectRouter(cache, blueprint), 'ingressRef', INGRESSES),
    ),
    new IstioRouter(cache),
    new GatewayApiRouter(cache, 'v1'),
    new GatewayApiRouter(cache, 'v1beta1'),
    kubernetesRouter,
    ...byOneObject(settings).map((blueprint) => new ObjectRouter(cache, blueprint)),
  ];
}

/** Providers that need a single object. */
function byOneObject(settings: Settings): readonly Blueprint[] {
  return [contour(settings.ingressClass), traefik];
}

/** Providers that generate an object for each of the users' Ingresses. */
function afterIngresses(settings: Settings): readonly Blueprint[] {
  return [nginx(settings.ingressAnnotationsPrefix), skipper];
}

/**
 * The objects that a Canary's provider writes: {@link Router.owns}, without a cluster.
 *
 * @throws UserError where the Canary lacks what their names need
 */
export function ownedRoutes(canary: Canary): readonly OwnedObject[] {
  const { provider } = canary;
  if (provider === apisix.provider)
    return forEachSource(canary, 'routeRef').flatMap((each) => ownedObjects(apisix, each));
  if (provider === 'gatewayapi:v1') return ownedByGatewayApi(canary, 'v1');
  if (provider === 'gatewayapi:v1beta1') return ownedByGatewayApi(canary, 'v1beta1');
  if (provider === 'istio') return istioObjects.flatMap((one) => ownedObjects(one, canary));
  // Their names don't depend on settings.
  const byIngress = afterIngresses(DEFAULT_SETTINGS).find((one) => one.provider === provider);
  if (byIngress) return forEachSource(canary, 'ingressRef').flatMap((each) => ownedObjects(byIngress, each));
  const found = byOneObject(DEFAULT_SETTINGS).find((one) => one.provider === provider);
  return found ? ownedObjects(found, canary) : [];
}

/** @throws UserError for a provider that isn't supported */
export function routerFor(routers: readonly Router[], provider: string): Router {
  const router = routers.find((candidate) => candidate.provider === provider);
  if (router) return router;
  const known = routers.map((candidate) => candidate.provider).join(', ');
  throw new UserError(`spec.provider: ${provider} is not supported, use one of ${known}`);
}
