import type { z } from 'zod';
import type { KubeClient } from '../../src/kube/client.js';
import { ENDPOINT_SLICES, SERVICES, type ResourceType } from '../../src/kube/object.js';
import { Followed, type FollowHandlers } from '../kube/followed.js';
import type { Endpoints } from './cluster/endpoints.js';
import { endpointSliceSchema, serviceSchema } from './cluster/objects.js';
import { HTTP_ROUTES, httpRouteSchema, type HttpRoute } from './httproute/route-object.js';
import type { HttpRouteStatusWriter } from './httproute/status.js';
import type { RouteStatusWriter } from './route-status.js';
import { APISIX_ROUTES, routeObjectSchema } from './routing/route-object.js';
import type { Routes, RouteStore } from './routing/route-store.js';

export interface WatchedParts {
  readonly endpoints: Endpoints;
  /** Absent where a real ingress controller reads ApisixRoutes, and writes their status. */
  readonly apisixRoutes?: { readonly routes: RouteStore; readonly statuses: RouteStatusWriter };
  readonly httpRoutes: Routes<HttpRoute>;
  readonly httpRouteStatuses: HttpRouteStatusWriter;
  readonly log: (line: string) => void;
}

/** Follows what the gateway routes by; resolves when it has seen what exists. */
export async function watchCluster(client: KubeClient, parts: WatchedParts) {
  const { endpoints, apisixRoutes, httpRoutes, httpRouteStatuses, log } = parts;
  /** Resolves when the kind has been listed once; the watch goes on for the life of the process. */
  const follow = <S extends z.ZodType<{ metadata: { namespace: string; name: string; uid: string } }>>(
    type: ResourceType,
    schema: S,
    handlers: Omit<FollowHandlers<z.infer<S>>, 'onTrouble'>,
  ): Promise<void> => {
    const onTrouble = (error: unknown) => log(`watching ${type.plural}: ${String(error)}`);
    return new Followed(client, type, schema, { ...handlers, onTrouble }).start();
  };

  // Services and endpoints first: a route is taken over only when its Services are known.
  await Promise.all([
    follow(SERVICES, serviceSchema, {
      onChange: (service) => {
        const isNew = !endpoints.has(service.metadata.namespace, service.metadata.name);
        endpoints.setService(service);
        if (isNew) apisixRoutes?.routes.retryRefused();
      },
      onGone: (service) => endpoints.dropService(service),
    }),
    follow(ENDPOINT_SLICES, endpointSliceSchema, {
      onChange: (slice) => endpoints.setSlice(slice),
      onGone: (slice) => endpoints.dropSlice(slice),
    }),
  ]);
  await Promise.all([
    apisixRoutes &&
      follow(APISIX_ROUTES, routeObjectSchema, {
        onChange: (route) => apisixRoutes.routes.set(route),
        onGone: (route) => {
          apisixRoutes.routes.drop(route);
          apisixRoutes.statuses.forget(route.metadata.namespace, route.metadata.name);
        },
      }),
    follow(HTTP_ROUTES, httpRouteSchema, {
      onChange: (route) => httpRoutes.set(route),
      onGone: (route) => {
        httpRoutes.drop(route);
        httpRouteStatuses.forget(route);
      },
    }),
  ]);
}
