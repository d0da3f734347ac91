import type { Canary } from '../../crds/canary.js';
import { SERVICES, type KubeObject } from '../../kube/object.js';
import { FLUX_SHIELD, withoutFlux, type StringMap } from '../../kubernetes/objects/metadata.js';

/** The parts of a Service's spec that are read; the rest is carried along. */
export interface ServiceSpec {
  readonly type?: string;
  readonly selector?: StringMap;
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ports?: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

/**
 * Addresses and ports that Kubernetes assigns to one Service, and access from outside: a copy would be a second claim.
 */
const OF_ONE_SERVICE = [
  'clusterIP',
  'clusterIPs',
  'externalIPs',
  'externalTrafficPolicy',
  'healthCheckNodePort',
  'loadBalancerIP',
  'loadBalancerClass',
  'loadBalancerSourceRanges',
  'allocateLoadBalancerNodePorts',
];
const HEADLESS = 'None';
/** The last configuration that kubectl applied to the target doesn't belong on the copy. */
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Who has written the copy, and what it held before. */
const OWN = 'serinus.dev/';

export function specOf(service: KubeObject): ServiceSpec {
  return (service['spec'] ?? {}) as ServiceSpec;
}

/**
 * The copied part of a Service's spec: which pods it leads to, and how. Copies are for the traffic provider, inside the
 * cluster, whatever the type of the target.
 *
 * @param trafficDistribution replaces the target's own
 */
export function copiedSpec(spec: ServiceSpec, trafficDistribution?: string): ServiceSpec {
  const shared = Object.entries(spec).filter(([field]) => !OF_ONE_SERVICE.includes(field));
  const ports = spec.ports?.map(({ nodePort: _nodePort, ...port }) => port);
  return {
    ...Object.fromEntries(shared),
    type: spec.type === 'ExternalName' ? spec.type : 'ClusterIP',
    ...(ports && { ports }),
    ...(spec.clusterIP === HEADLESS ? { clusterIP: HEADLESS } : {}),
    ...(trafficDistribution === undefined ? {} : { trafficDistribution }),
  };
}

/** A spec for a copy that has its cluster addresses already. */
export function withAddresses(spec: ServiceSpec, current: ServiceSpec): ServiceSpec {
  const { clusterIP, clusterIPs } = current;
  if (spec.type === 'ExternalName') return spec;
  return { ...spec, ...(clusterIP === undefined ? {} : { clusterIP }), ...(clusterIPs && { clusterIPs }) };
}

/** The copy of a target for the primary or for the canary, as it shall be. */
export function serviceCopy(
  target: KubeObject,
  current: KubeObject | undefined,
  canary: Canary,
  of: 'primary' | 'canary',
): KubeObject {
  const { service } = canary;
  const custom = service[of];
  const { unmanagedMetadata: unmanaged } = service;
  const labels = { ...withoutFlux(target.metadata.labels), ...custom.labels };
  const { [APPLIED]: _applied, ...annotations } = withoutFlux(target.metadata.annotations);
  const spec = copiedSpec(specOf(target), service.trafficDistribution);
  return {
    ...current,
    apiVersion: SERVICES.apiVersion,
    kind: SERVICES.kind,
    metadata: {
      ...current?.metadata,
      name: of === 'primary' ? service.primaryName : service.canaryName,
      namespace: canary.namespace,
      labels: { ...labels, ...kept(current?.metadata.labels, unmanaged.labels) },
      annotations: {
        ...annotations,
        ...custom.annotations,
        ...FLUX_SHIELD,
        ...kept(current?.metadata.annotations, unmanaged.annotations),
      },
      ownerReferences: current?.metadata.ownerReferences ?? [canary.owner],
    },
    spec: current ? withAddresses(spec, specOf(current)) : spec,
  };
}

function kept(current: StringMap | undefined, unmanaged: readonly string[]): StringMap {
  const stays = ([key]: [string, string]): boolean => key.startsWith(OWN) || unmanaged.includes(key);
  return Object.fromEntries(Object.entries(current ?? {}).filter(stays));
}
