import type { z } from 'zod';
import type { KubeClient } from '../kube/client.js';
import { Reflector, type ReflectorHandlers } from '../kube/reflector.js';
import type { Endpoints } from './cluster/endpoints.js';
import { endpointSliceSchema, serviceSchema } from './cluster/objects.js';
import { httpRouteSchema, type HttpRoute } from './httproute/route-object.js';
import type { HttpRouteStatusWriter } from './httproute/status.js';
import type { RouteStatusWriter } from './route-status.js';
import { routeObjectSchema } from './routing/route-object.js';
import type { Routes, RouteStore } from './routing/route-store.js';

const APISIX_ROUTES_PATH = '/apis/apisix.apache.org/v2/apisixroutes';
const HTTP_ROUTES_PATH = '/apis/gateway.networking.k8s.io/v1/httproutes';

export interface WatchedParts {
  readonly endpoints: Endpoints;
  readonly apisixRoutes: RouteStore;
  readonly statuses: RouteStatusWriter;
  readonly httpRoutes: Routes<HttpRoute>;
  readonly httpRouteStatuses: HttpRouteStatusWriter;
  readonly log: (line: string) => void;
}

/** Follows what the gateway routes by; resolves when it has seen what exists. */
export async function watchCluster(client: KubeClient, parts: WatchedParts) {
  const { endpoints, apisixRoutes, statuses, httpRoutes, httpRouteStatuses, log } = parts;
  /** Resolves when the kind has been listed once; the watch goes on for the life of the process. */
  const follow = <S extends z.ZodType<{ metadata: { namespace: string; name: string; uid: string } }>>(
    path: string,
    schema: S,
    handlers: Pick<ReflectorHandlers<z.infer<S>>, 'onChange' | 'onGone'>,
  ) =>
    new Promise<void>((resolve) => {
      const onTrouble = (error: unknown) => log(`watching ${path}: ${String(error)}`);
      void new Reflector(client, path, schema, { ...handlers, onSynced: resolve, onTrouble }).run();
    });

  // Services and endpoints first: a route is taken over only when its Services are known.
  await Promise.all([
    follow('/api/v1/services', serviceSchema, {
      onChange: (service) => {
        const isNew = !endpoints.has(service.metadata.namespace, service.metadata.name);
        endpoints.setService(service);
        if (isNew) apisixRoutes.retryRefused();
      },
      onGone: (service) => endpoints.dropService(service),
    }),
    follow('/apis/discovery.k8s.io/v1/endpointslices', endpointSliceSchema, {
      onChange: (slice) => endpoints.setSlice(slice),
      onGone: (slice) => endpoints.dropSlice(slice),
    }),
  ]);
  await Promise.all([
    follow(APISIX_ROUTES_PATH, routeObjectSchema, {
      onChange: (route) => apisixRoutes.set(route),
      onGone: (route) => {
        apisixRoutes.drop(route);
        statuses.forget(route.metadata.namespace, route.metadata.name);
      },
    }),
    follow(HTTP_ROUTES_PATH, httpRouteSchema, {
      onChange: (route) => httpRoutes.set(route),
      onGone: (route) => {
        httpRoutes.drop(route);
        httpRouteStatuses.forget(route);
      },
    }),
  ]);
}
