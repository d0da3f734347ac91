import type { z } from 'zod';
import type { KubeClient } from '../kube/client.js';
import { Reflector, type ReflectorHandlers } from '../kube/reflector.js';
import type { Endpoints } from './cluster/endpoints.js';
import { endpointSliceSchema, serviceSchema } from './cluster/objects.js';
import type { RouteStatusWriter } from './route-status.js';
import { routeObjectSchema } from './routing/route-object.js';
import type { RouteStore } from './routing/route-store.js';

const ROUTES_PATH = '/apis/apisix.apache.org/v2/apisixroutes';

export interface WatchedParts {
  readonly endpoints: Endpoints;
  readonly routes: RouteStore;
  readonly statuses: RouteStatusWriter;
  readonly log: (line: string) => void;
}

/** Follows what the gateway routes by; resolves when it has seen what exists. */
export async function watchCluster(client: KubeClient, { endpoints, routes, statuses, log }: WatchedParts) {
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
        if (isNew) routes.retryRefused();
      },
      onGone: (service) => endpoints.dropService(service),
    }),
    follow('/apis/discovery.k8s.io/v1/endpointslices', endpointSliceSchema, {
      onChange: (slice) => endpoints.setSlice(slice),
      onGone: (slice) => endpoints.dropSlice(slice),
    }),
  ]);
  await follow(ROUTES_PATH, routeObjectSchema, {
    onChange: (route) => routes.set(route),
    onGone: (route) => {
      routes.drop(route);
      statuses.forget(route.metadata.namespace, route.metadata.name);
    },
  });
}
