import type { KubeObject } from '../../src/kube/object.js';
import { contourGatewayUrl, contourMetricsUrl } from '../servers/contour.js';
import { gatewayMetricsUrl, gatewayUrl } from '../servers/gateway.js';
import { skipperMetricsUrl, skipperUrl } from '../servers/skipper.js';
import type { Ports } from '../servers/server-spec.js';
import type { ServerName } from '../types.js';
import { apisixDefinitions } from './apisix/definitions.js';
import { contourDefinitions } from './contour/definitions.js';

/** Data planes that the lab can run in earnest, by the name that `--gateway` gives them. */
export const PLANES = {
  contour: {
    title: 'Envoy, configured by Contour',
    servers: ['contour', 'envoy'],
    carrier: 'envoy',
    providers: ['contour', 'gatewayapi:v1'],
    // Contour chooses what Envoy listens on.
    portsOf: 'contour',
    url: contourGatewayUrl,
    metricsUrl: contourMetricsUrl,
    definitions: contourDefinitions,
  },
  skipper: {
    title: 'Skipper',
    servers: ['skipper'],
    carrier: 'skipper',
    providers: ['skipper'],
    portsOf: 'skipper',
    url: skipperUrl,
    metricsUrl: skipperMetricsUrl,
  },
  // Apache APISIX itself is in no registry: what reads and translates ApisixRoutes is real, and what obeys stands in.
  apisix: {
    title: "Apache APISIX' ingress controller, before the lab's gateway",
    servers: ['apisix-controller'],
    carrier: 'gateway',
    providers: ['apisix'],
    portsOf: 'gateway',
    url: gatewayUrl,
    metricsUrl: gatewayMetricsUrl,
    definitions: apisixDefinitions,
  },
} as const satisfies Readonly<Record<string, Plane>>;

export interface Plane {
  readonly title: string;
  /** Those that run for this plane only. */
  readonly servers: readonly ServerName[];
  /** The one through which requests go. */
  readonly carrier: ServerName;
  /** Serinus' providers that it serves. */
  readonly providers: readonly string[];
  /** The server that keeps the ports of the carrier. */
  readonly portsOf: ServerName;
  /** Where requests come in. */
  url(ports: Ports): string;
  /** What Prometheus scrapes. */
  metricsUrl(ports: Ports): string;
  /** Fetches what is needed besides programs: definitions of its kinds, as its project publishes them. */
  definitions?(): Promise<readonly KubeObject[]>;
}

export type PlaneName = keyof typeof PLANES;

export const PLANE_NAMES = Object.keys(PLANES) as readonly PlaneName[];

export function isPlaneName(name: string): name is PlaneName {
  return Object.hasOwn(PLANES, name);
}

/** The data plane of that name; none where no name is given. */
export function planeNamed(name: PlaneName | undefined): Plane | undefined {
  return name === undefined ? undefined : PLANES[name];
}

/** Servers that no lab starts unless it is asked for the data plane that they are. */
export const PLANE_SERVERS: ReadonlySet<ServerName> = new Set(
  Object.values(PLANES).flatMap(({ servers }): readonly ServerName[] => servers),
);
