import { UserError } from '../errors.js';
import type { ClusterCache } from '../kubernetes/cache.js';
import type { Settings } from '../settings.js';
import { APISIX_ROUTES, ApisixRouter } from './apisix.js';
import { contour } from './contour.js';
import { gatewayApi } from './gatewayapi/gatewayapi.js';
import { IstioRouter } from './istio/router.js';
import { kubernetesRouter } from './kubernetes.js';
import { nginx } from './nginx.js';
import type { Router } from './port.js';
import { INGRESSES } from './shared/ingress.js';
import { ObjectRouter, type Blueprint } from './shared/object-router.js';
import { SeveralRouter } from './shared/several.js';
import { skipper } from './skipper.js';
import { traefik } from './traefik.js';

/** All traffic providers. A new one is a file beside this and a line here. */
export function createRouters(cache: ClusterCache, settings: Settings): readonly Router[] {
  const byOneObject: readonly Blueprint[] = [
    contour(settings.ingressClass),
    gatewayApi('v1'),
    gatewayApi('v1beta1'),
    traefik,
  ];
  const afterIngresses = [nginx(settings.ingressAnnotationsPrefix), skipper];
  return [
    new SeveralRouter(cache, new ApisixRouter(cache), 'routeRef', APISIX_ROUTES),
    ...afterIngresses.map(
      (blueprint) => new SeveralRouter(cache, new ObjectRouter(cache, blueprint), 'ingressRef', INGRESSES),
    ),
    new IstioRouter(cache),
    kubernetesRouter,
    ...byOneObject.map((blueprint) => new ObjectRouter(cache, blueprint)),
  ];
}

/** @throws UserError for a provider nobody has built */
export function routerFor(routers: readonly Router[], provider: string): Router {
  const router = routers.find((candidate) => candidate.provider === provider);
  if (router) return router;
  const known = routers.map((candidate) => candidate.provider).join(', ');
  throw new UserError(`spec.provider: ${provider} is not supported, use one of ${known}`);
}
