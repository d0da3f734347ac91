import type { ClusterReader } from '../../src/check/object-lookup.js';
import { KubeError } from '../../src/kube/kube-error.js';
import type { KubeObject } from '../../src/kube/object.js';

/** A cluster that holds certain objects, and forbids to read certain kinds. */
export function clusterOf(objects: readonly object[], forbidden: readonly string[] = []): ClusterReader {
  const all = objects as readonly KubeObject[];
  const refuse = (kind: string): void => {
    if (forbidden.includes(kind)) throw new KubeError(403, 'Forbidden', `${kind} is forbidden`);
  };
  return {
    get: (type, namespace, name) => {
      refuse(type.kind);
      const found = all.find(
        ({ kind, metadata }) => kind === type.kind && metadata.name === name && metadata.namespace === namespace,
      );
      return Promise.resolve(found);
    },
    list: (type, { namespace, labelSelector } = {}) => {
      refuse(type.kind);
      const [key = '', value] = labelSelector?.split('=') ?? [];
      const items = all.filter(
        ({ kind, metadata }) =>
          kind === type.kind &&
          metadata.namespace === namespace &&
          (labelSelector === undefined || metadata.labels?.[key] === value),
      );
      return Promise.resolve({ metadata: {}, items });
    },
  };
}

/** The addresses of the pods behind a Service. */
export function slice(service: string, ...addresses: readonly string[]): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-1`, namespace: 'test', labels: { 'kubernetes.io/service-name': service } },
    endpoints: addresses.map((address) => ({ addresses: [address] })),
  };
}
