import { HTTP_PROXIES } from '../../src/routers/contour.js';
import { CONTOUR_NAMESPACE, GATEWAY_NAME } from '../../lab/planes/contour/gateway.js';
import type { Observer } from '../../src/metrics/queries/flagger.js';
import type { KubeObject } from '../../src/kube/object.js';
import type { CanaryPart, RouterCase } from '../kubernetes/router-contract.js';
import { contour } from '../kubernetes/routers/contour.js';
import { gatewayApiV1 } from '../kubernetes/routers/gatewayapi.js';

/** A traffic provider whose data plane the lab can run in earnest, and what it is able to do. */
export interface PlaneCase {
  readonly provider: string;
  readonly router: RouterCase;
  /** What service teams have made to be reached under a host, for a Service of that name. */
  users(namespace: string, host: string, service: string): readonly KubeObject[];
  /** `spec.service` of a Canary that shall be reached under that host. */
  service(host: string): CanaryPart;
  readonly observer: Observer;
  readonly abilities: { readonly query: boolean; readonly mirror: boolean; readonly sessions: boolean };
  /** The generated object that leads to both versions. */
  readonly route: { readonly apiVersion: string; readonly kind: string; readonly plural: string };
}

export const PLANE_CASES: readonly PlaneCase[] = [
  {
    provider: 'contour',
    router: contour,
    users: (namespace, host, service) => [
      {
        apiVersion: HTTP_PROXIES.apiVersion,
        kind: HTTP_PROXIES.kind,
        metadata: { name: 'root', namespace },
        spec: { virtualhost: { fqdn: host }, includes: [{ name: service, namespace, conditions: [{ prefix: '/' }] }] },
      },
    ],
    service: () => ({}),
    observer: 'contour',
    abilities: { query: false, mirror: false, sessions: false },
    route: HTTP_PROXIES,
  },
  {
    provider: 'gatewayapi:v1',
    router: gatewayApiV1,
    users: () => [],
    service: (host) => ({ hosts: [host], gatewayRefs: [{ name: GATEWAY_NAME, namespace: CONTOUR_NAMESPACE }] }),
    observer: 'http',
    abilities: { query: true, mirror: true, sessions: true },
    route: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', plural: 'httproutes' },
  },
];
