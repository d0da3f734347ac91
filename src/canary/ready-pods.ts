import type { ClusterCache } from '../kube/cache.js';
import { ENDPOINT_SLICES } from '../kube/object.js';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** @returns the names of the pods that a Service leads to, as data planes read them from its EndpointSlices */
export async function readyPods(cache: ClusterCache, namespace: string, service: string): Promise<readonly string[]> {
  const store = await cache.synced(ENDPOINT_SLICES);
  return store
    .list(namespace)
    .filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === service)
    .flatMap((slice) => (slice['endpoints'] ?? []) as readonly Endpoint[])
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ targetRef }) => targetRef?.name ?? '');
}

interface Endpoint {
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly name?: string };
}
