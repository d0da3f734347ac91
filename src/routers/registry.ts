import { UserError } from '../errors.js';
import type { ClusterCache } from '../kubernetes/cache.js';
import { ApisixRouter } from './apisix.js';
import type { Router } from './port.js';

/** All traffic providers. A new one is a file beside this and a line here. */
export function createRouters(cache: ClusterCache): readonly Router[] {
  return [new ApisixRouter(cache)];
}

/** @throws UserError for a provider nobody has built */
export function routerFor(routers: readonly Router[], provider: string): Router {
  const router = routers.find((candidate) => candidate.provider === provider);
  if (router) return router;
  const known = routers.map((candidate) => candidate.provider).join(', ');
  throw new UserError(`spec.provider: ${provider} is not supported, use one of ${known}`);
}
