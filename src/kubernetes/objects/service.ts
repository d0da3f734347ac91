import type { KubeObject, OwnerReference } from '../../kube/object.js';
import { SERVICES } from '../../kube/object.js';
import { isOurs } from '../ownership.js';
import { FLUX_SHIELD, type StringMap } from './metadata.js';
import { portsOfTaken } from './taken-service.js';
import type { ServicePort } from './service-port.js';

/** What one of a Canary's three Services shall be. */
export interface ServiceWish {
  readonly namespace: string;
  readonly name: string;
  readonly owner: OwnerReference;
  /** The users' own Service of that name is taken over. */
  readonly takesOver: boolean;
  /** Name of the label whose value is the Service's name. */
  readonly label: string;
  readonly selector: ServiceSelector;
  readonly ports: readonly ServicePort[];
  /** The Canary's users have named the first of them. */
  readonly namesPort: boolean;
  readonly headless: boolean;
  readonly trafficDistribution?: string | undefined;
  readonly labels: StringMap;
  readonly annotations: StringMap;
  /** Keys whose present values are left alone. */
  readonly unmanagedLabels: readonly string[];
  readonly unmanagedAnnotations: readonly string[];
}

/** The labels by which a Service selects its pods. */
export interface ServiceSelector {
  readonly labels: StringMap;
  /** Labels that narrow it: once there, they stay; they are added while all intended pods have them. */
  readonly further?: { readonly labels: StringMap; readonly hold: boolean };
}

/**
 * The Service as it shall be, from what it is. The selector is always ours; ports and metadata only where the Service
 * was created for this Canary: the users' own keeps its further ports, and names and node ports of all of them. Type,
 * cluster IP and traffic distribution are set once, at its creation.
 */
export function desiredService(wish: ServiceWish, current: KubeObject | undefined): KubeObject {
  if (current === undefined) return newService(wish);
  const spec = current['spec'] as ServiceSpec;
  const selector = selectorFor(wish.selector, spec.selector);
  const owned = isOurs(current, wish.owner);
  const present = spec.ports ?? [];
  const ports = owned
    ? wish.ports.map((port) => keepNodePort(port, present))
    : portsOfTaken(present, wish.ports, wish.namesPort);
  const inOrder = samePorts(present, ports) && sameMap(spec.selector ?? {}, selector);
  if (inOrder && !owned) return current;
  return {
    ...current,
    metadata: {
      ...current.metadata,
      labels: owned ? managed(labelsOf(wish), current.metadata.labels, wish.unmanagedLabels) : current.metadata.labels,
      annotations: owned
        ? managed(annotationsOf(wish), current.metadata.annotations, wish.unmanagedAnnotations)
        : { ...current.metadata.annotations, ...FLUX_SHIELD },
    },
    spec: inOrder ? spec : { ...spec, selector, ports },
  };
}

function newService(wish: ServiceWish): KubeObject {
  return {
    apiVersion: SERVICES.apiVersion,
    kind: SERVICES.kind,
    metadata: {
      name: wish.name,
      namespace: wish.namespace,
      labels: labelsOf(wish),
      annotations: annotationsOf(wish),
      ownerReferences: [wish.owner],
    },
    spec: {
      type: 'ClusterIP',
      selector: selectorFor(wish.selector, undefined),
      ports: wish.ports,
      ...(wish.headless ? { clusterIP: 'None' } : {}),
      ...(wish.trafficDistribution === undefined ? {} : { trafficDistribution: wish.trafficDistribution }),
    },
  };
}

function selectorFor({ labels, further }: ServiceSelector, current: StringMap | undefined): StringMap {
  const more = Object.entries(further?.labels ?? {}).filter(
    ([key, value]) => further?.hold || current?.[key] === value,
  );
  return { ...labels, ...Object.fromEntries(more) };
}

interface ServiceSpec {
  readonly ports?: readonly ServicePort[];
  readonly selector?: StringMap;
  readonly [field: string]: unknown;
}

function labelsOf(wish: ServiceWish): StringMap {
  return { ...wish.labels, [wish.label]: wish.name };
}

function annotationsOf(wish: ServiceWish): StringMap {
  return { ...wish.annotations, ...FLUX_SHIELD };
}

/** Exactly the desired keys, and the unmanaged ones as they are. */
function managed(wanted: StringMap, current: StringMap | undefined, unmanaged: readonly string[]): StringMap {
  const kept = Object.entries(current ?? {}).filter(([key]) => unmanaged.includes(key));
  return { ...wanted, ...Object.fromEntries(kept) };
}

function samePorts(current: readonly ServicePort[], wanted: readonly ServicePort[]): boolean {
  if (current.length !== wanted.length) return false;
  const byPort = (a: ServicePort, b: ServicePort): number => a.port - b.port || (a.protocol < b.protocol ? -1 : 1);
  const [a, b] = [[...current].sort(byPort), [...wanted].sort(byPort)];
  return a.every((port, i) => {
    const other = b[i];
    return (
      other !== undefined &&
      port.port === other.port &&
      port.protocol === other.protocol &&
      port.name === other.name &&
      port.targetPort === other.targetPort &&
      port.appProtocol === other.appProtocol
    );
  });
}

function sameMap(a: StringMap, b: StringMap): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function keepNodePort(port: ServicePort, current: readonly ServicePort[]): ServicePort {
  const isSame = (other: ServicePort): boolean => other.port === port.port && other.protocol === port.protocol;
  const before = current.find((other) => other.name === port.name) ?? current.find(isSame);
  const nodePort = before?.nodePort;
  return nodePort === undefined ? port : { ...port, nodePort };
}
