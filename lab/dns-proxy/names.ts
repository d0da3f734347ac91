import { isIP } from 'node:net';
import type { Endpoints } from '../gateway/cluster/endpoints.js';

/** Where a URL of a manifest leads in the lab. */
export type Destination =
  | { readonly kind: 'gateway' }
  | { readonly kind: 'service'; readonly namespace: string; readonly service: string; readonly port: number }
  | { readonly kind: 'pod'; readonly ip: string; readonly port: number }
  | { readonly kind: 'prometheus' }
  /** The real data plane, if one runs. */
  | { readonly kind: 'plane' };

export interface Names {
  readonly endpoints: Pick<Endpoints, 'has'>;
  /** Whether an ApisixRoute names this host. */
  readonly servesHost: (host: string) => boolean;
}

/** The gateway's Service, as APISIX' chart names it; there is no such object in the lab. */
const GATEWAY = /^apisix-gateway\.apisix$/;
/** The data planes' Services, as their own manifests name them. */
const PLANE = /^(envoy\.projectcontour|skipper-ingress\.kube-system|traefik\.traefik)$/;
/** Prometheus under the names that installs of Flagger give it. */
const PROMETHEUS = /^(flagger-)?prometheus(-server)?\.[a-z0-9-]+$/;

/**
 * Does the work of a cluster's DNS: what a host name and port of an in-cluster URL stand for. Undefined
 * for anything that is not of this cluster; nothing leads out of it.
 */
export function resolveName(host: string, port: number, names: Names): Destination | undefined {
  const name = host.toLowerCase();
  if (names.servesHost(name)) return { kind: 'gateway' };
  if (isIP(name)) return { kind: 'pod', ip: name, port };
  const short = name.replace(/\.svc(\.cluster\.local)?\.?$/, '');
  const [service, namespace, ...rest] = short.split('.');
  if (service && namespace && rest.length === 0 && names.endpoints.has(namespace, service)) {
    return { kind: 'service', namespace, service, port };
  }
  if (GATEWAY.test(short)) return { kind: 'gateway' };
  if (PLANE.test(short)) return { kind: 'plane' };
  if (PROMETHEUS.test(short)) return { kind: 'prometheus' };
  return undefined;
}
