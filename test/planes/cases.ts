import type { PlaneName } from '../../lab/planes/planes.js';
import { CONTOUR_NAMESPACE, GATEWAY_NAME } from '../../lab/planes/contour/gateway.js';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import type { Observer } from '../../src/metrics/queries/flagger.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { HTTP_PROXIES } from '../../src/routers/contour.js';
import { INGRESSES } from '../../src/routers/shared/ingress.js';
import type { CanaryPart, RouterCase } from '../kubernetes/router-contract.js';
import { apisix } from '../kubernetes/routers/apisix.js';
import { contour } from '../kubernetes/routers/contour.js';
import { gatewayApiV1 } from '../kubernetes/routers/gatewayapi.js';
import { skipper } from '../kubernetes/routers/skipper.js';

/** A traffic provider whose data plane the lab can run in earnest, and what it is able to do. */
export interface PlaneCase {
  readonly provider: string;
  readonly plane: PlaneName;
  readonly router: RouterCase;
  /** What service teams have made to be reached under a host, for a Service of that name; all of one kind. */
  readonly users: {
    readonly type: ResourceType;
    objects(namespace: string, host: string, service: string): readonly KubeObject[];
  };
  /** What a Canary says that shall be reached under that host. */
  canary(host: string): { readonly service?: CanaryPart } & CanaryPart;
  readonly observer: Observer;
  /** How a query names the objects in front of the Service. */
  readonly model?: { readonly ingress?: string; readonly route?: string };
  readonly abilities: {
    readonly audiences: boolean;
    readonly query: boolean;
    readonly mirror: boolean;
    readonly sessions: boolean;
  };
  /** Clients lose the canary's cookie where it has no requests any more; elsewhere nobody reads it then. */
  readonly takesCookiesAway?: true;
  /** The generated object that leads to both versions. */
  readonly route: { readonly type: ResourceType; name(service: string): string };
  /** Who answers while that is gone: the users' own objects lead to the primary, or there are none. */
  readonly withoutRoute: 'nobody' | 'primary';
  /** How long pods wait before they end, in seconds, where the data plane is late to know of endpoints. */
  readonly preStopSeconds?: number;
  /** The canary's success rate by the data plane's own numbers, where the built-in check reads the pods'. */
  readonly successQuery?: string;
}

const NO_USERS: PlaneCase['users'] = { type: HTTP_PROXIES, objects: () => [] };

const CASES: readonly PlaneCase[] = [
  {
    provider: 'contour',
    plane: 'contour',
    router: contour,
    users: {
      type: HTTP_PROXIES,
      objects: (namespace, host, service) => [
        {
          apiVersion: HTTP_PROXIES.apiVersion,
          kind: HTTP_PROXIES.kind,
          metadata: { name: 'root', namespace },
          spec: {
            virtualhost: { fqdn: host },
            includes: [{ name: service, namespace, conditions: [{ prefix: '/' }] }],
          },
        },
      ],
    },
    canary: () => ({}),
    observer: 'contour',
    abilities: { audiences: true, query: false, mirror: false, sessions: false },
    route: { type: HTTP_PROXIES, name: (service) => service },
    withoutRoute: 'nobody',
  },
  {
    provider: 'gatewayapi:v1',
    plane: 'contour',
    router: gatewayApiV1,
    users: NO_USERS,
    canary: (host) => ({
      service: { hosts: [host], gatewayRefs: [{ name: GATEWAY_NAME, namespace: CONTOUR_NAMESPACE }] },
    }),
    observer: 'http',
    takesCookiesAway: true,
    abilities: { audiences: true, query: true, mirror: true, sessions: true },
    route: {
      type: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', plural: 'httproutes' },
      name: (service) => service,
    },
    withoutRoute: 'nobody',
    // As docs/routers/gatewayapi.md has it.
    successQuery: `sum(rate(envoy_cluster_upstream_rq{
  envoy_cluster_name=~"{{ namespace }}_{{ target }}-canary_.+", envoy_response_code!~"5.*"}[{{ interval }}]))
  / sum(rate(envoy_cluster_upstream_rq{
  envoy_cluster_name=~"{{ namespace }}_{{ target }}-canary_.+"}[{{ interval }}])) * 100`,
  },
  {
    provider: 'skipper',
    plane: 'skipper',
    router: skipper,
    users: {
      type: INGRESSES,
      objects: (namespace, host, service) => [
        {
          apiVersion: INGRESSES.apiVersion,
          kind: INGRESSES.kind,
          metadata: { name: 'storefront', namespace },
          spec: {
            rules: [
              {
                host,
                http: {
                  paths: [
                    { path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } },
                  ],
                },
              },
            ],
          },
        },
      ],
    },
    canary: () => ({ ingressRef: { apiVersion: INGRESSES.apiVersion, kind: INGRESSES.kind, name: 'storefront' } }),
    observer: 'skipper',
    model: { ingress: 'storefront' },
    abilities: { audiences: false, query: false, mirror: false, sessions: false },
    route: { type: INGRESSES, name: () => 'storefront-canary' },
    withoutRoute: 'primary',
    preStopSeconds: 5,
  },
  {
    provider: 'apisix',
    plane: 'apisix',
    router: apisix,
    users: {
      type: APISIX_ROUTES,
      objects: (namespace, host, service) => [
        {
          apiVersion: APISIX_ROUTES.apiVersion,
          kind: APISIX_ROUTES.kind,
          metadata: { name: 'storefront', namespace },
          spec: {
            http: [
              {
                name: 'web',
                match: { hosts: [host], paths: ['/*'] },
                backends: [{ serviceName: service, servicePort: 80 }],
                plugins: [{ name: 'prometheus', enable: true, config: { prefer_name: true } }],
              },
            ],
          },
        },
      ],
    },
    canary: () => ({
      routeRef: { apiVersion: APISIX_ROUTES.apiVersion, kind: APISIX_ROUTES.kind, name: 'storefront' },
    }),
    observer: 'apisix',
    model: { route: 'storefront' },
    abilities: { audiences: true, query: true, mirror: true, sessions: true },
    route: { type: APISIX_ROUTES, name: (service) => `storefront-${service}-canary` },
    withoutRoute: 'primary',
  },
];

/** Those of the data plane that runs, by its name in SERINUS_PLANE. */
export const PLANE_CASES = CASES.filter(({ plane }) => plane === process.env['SERINUS_PLANE']);
