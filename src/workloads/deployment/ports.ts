import type { ServicePort } from '../../kubernetes/objects/service.js';
import type { Deployment } from './types.js';

/** What `spec.service` says of ports. */
export interface PortWish {
  readonly port: number;
  readonly portName: string;
  readonly targetPort: number | string;
  readonly appProtocol?: string | undefined;
  readonly portDiscovery: boolean;
}

/** Containers that a mesh injects; their ports aren't the application's. */
const SIDECARS = ['istio-proxy', 'envoy'];

/** The ports of the three Services: the main one, and with `portDiscovery` all others of the pod. */
export function servicePorts(deployment: Deployment, wish: PortWish): readonly ServicePort[] {
  const main: ServicePort = {
    name: wish.portName,
    protocol: 'TCP',
    port: wish.port,
    targetPort: wish.targetPort,
    ...(wish.appProtocol === undefined ? {} : { appProtocol: wish.appProtocol }),
  };
  return wish.portDiscovery ? [main, ...discoveredPorts(deployment, wish)] : [main];
}

function discoveredPorts(deployment: Deployment, wish: PortWish): ServicePort[] {
  const containers = deployment.spec.template.spec.containers ?? [];
  return containers
    .filter((container) => !SIDECARS.includes(container.name))
    .flatMap((container) =>
      (container.ports ?? []).flatMap((port, index): ServicePort[] => {
        const isMain =
          typeof wish.targetPort === 'string' ? port.name === wish.targetPort : port.containerPort === wish.targetPort;
        if (isMain) return [];
        const name = port.name ?? `tcp-${container.name}-${index}`;
        return [{ name, protocol: 'TCP', port: port.containerPort, targetPort: port.containerPort }];
      }),
    );
}
