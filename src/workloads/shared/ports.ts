import type { ServicePort } from '../../kubernetes/objects/service-port.js';
import type { PodTemplate } from './pod-controller.js';

/** The fields of `spec.service` about ports. */
export interface PortWish {
  readonly port: number;
  readonly portName: string;
  readonly targetPort: number | string;
  readonly appProtocol?: string | undefined;
  readonly portDiscovery: boolean;
}

interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
}

/** Containers that a mesh injects; their ports aren't the application's. */
const SIDECARS = ['istio-proxy', 'envoy'];

/** The ports of the three Services: the main one, and with `portDiscovery` all others of the pod. */
export function servicePorts(template: PodTemplate, wish: PortWish): readonly ServicePort[] {
  const main: ServicePort = {
    name: wish.portName,
    protocol: 'TCP',
    port: wish.port,
    targetPort: wish.targetPort,
    ...(wish.appProtocol === undefined ? {} : { appProtocol: wish.appProtocol }),
  };
  return wish.portDiscovery ? withDiscovered(main, template, wish) : [main];
}

function withDiscovered(main: ServicePort, template: PodTemplate, wish: PortWish): readonly ServicePort[] {
  const ports: ServicePort[] = [main];
  for (const container of template.spec.containers ?? []) {
    if (SIDECARS.includes(container.name)) continue;
    for (const [index, found] of (container.ports ?? []).entries()) {
      if (isMain(found, wish)) continue;
      const protocol = protocolOf(found);
      // A Service can't have the same port, or the same name, twice.
      if (ports.some((port) => port.port === found.containerPort && port.protocol === protocol)) continue;
      const plain = `${protocol.toLowerCase()}-${container.name}-${index}`;
      const name = !found.name || ports.some((port) => port.name === found.name) ? plain : found.name;
      ports.push({ name, protocol, port: found.containerPort, targetPort: found.containerPort });
    }
  }
  return ports;
}

function isMain(port: ContainerPort, { targetPort }: PortWish): boolean {
  if (protocolOf(port) !== 'TCP') return false;
  return typeof targetPort === 'string' ? port.name === targetPort : port.containerPort === targetPort;
}

function protocolOf({ protocol }: ContainerPort): ServicePort['protocol'] {
  return protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP';
}
