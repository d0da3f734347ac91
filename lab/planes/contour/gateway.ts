import type { KubeObject } from '../../../src/kube/object.js';

/** Where Contour lives, by its own manifests. */
export const CONTOUR_NAMESPACE = 'projectcontour';
/**
 * The Gateway that HTTPRoutes for Envoy name as their parent. Not `lab`: that one is the stand-in's, in whatever namespace,
 * and the two would write over each other's status.
 */
export const GATEWAY_NAME = 'contour';
/** Contour has Envoy listen this far above a Gateway's port. */
const PORT_OFFSET = 8_000;

/** What an administrator makes for Contour: its namespace, a GatewayClass and one Gateway for everybody. */
export function contourObjects(envoyPort: number): KubeObject[] {
  const api = 'gateway.networking.k8s.io/v1';
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CONTOUR_NAMESPACE } },
    {
      apiVersion: api,
      kind: 'GatewayClass',
      metadata: { name: 'contour' },
      spec: { controllerName: 'projectcontour.io/gateway-controller' },
    },
    {
      apiVersion: api,
      kind: 'Gateway',
      metadata: { name: GATEWAY_NAME, namespace: CONTOUR_NAMESPACE },
      spec: {
        gatewayClassName: 'contour',
        listeners: [
          {
            name: 'http',
            protocol: 'HTTP',
            port: envoyPort - PORT_OFFSET,
            allowedRoutes: { namespaces: { from: 'All' } },
          },
        ],
      },
    },
  ];
}

/** Contour's own configuration file. */
export const CONTOUR_CONFIGURATION = {
  gateway: { gatewayRef: { namespace: CONTOUR_NAMESPACE, name: GATEWAY_NAME } },
};
