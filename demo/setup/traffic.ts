import type { KubeObject } from '../../src/kube/object.js';
import { CONTOUR_NAMESPACE, GATEWAY_NAME } from '../../lab/planes/contour/gateway.js';
import { manifest } from '../../lab/manifests.js';
import type { PlaneName } from '../../lab/planes/planes.js';

/** What leads users to the application: the walkthrough's APISIX, played by the lab's gateway, or a real data plane. */
export interface TrafficPlan {
  /** The data plane that is started for it; undefined for the lab's own gateway. */
  readonly plane: PlaneName | undefined;
  /** Where it is, for pods. */
  readonly inCluster: string;
  /** What the service team has made, for an application that is reached under this host. */
  objects(app: string, host: string): readonly KubeObject[];
  /** Put in place of what the walkthrough's Canary says; undefined takes a field away. */
  spec(host: string): Readonly<Record<string, unknown>>;
  readonly service?: (host: string) => Readonly<Record<string, unknown>>;
  /** In place of the built-in checks. */
  readonly metrics?: readonly unknown[];
}

/** A query of Envoy's own numbers, as behind Contour; the built-in checks of the Gateway API read the pods'. */
function template(name: string, query: string): KubeObject {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { name },
    spec: { provider: { type: 'prometheus', address: 'http://prometheus.monitoring:9090' }, query },
  };
}

const CANARYS = 'envoy_cluster_name=~"{{ namespace }}_{{ target }}-canary_.+"';
const RATE = (more: string) => `sum(rate(envoy_cluster_upstream_rq{${CANARYS}${more}}[{{ interval }}]))`;

const PLANS = {
  apisix: {
    plane: undefined,
    inCluster: 'http://apisix-gateway.apisix',
    objects: () => manifest('route'),
    spec: () => ({}),
  },
  contour: {
    plane: 'contour',
    inCluster: 'http://envoy.projectcontour',
    objects: (app, host) => [
      {
        apiVersion: 'projectcontour.io/v1',
        kind: 'HTTPProxy',
        metadata: { name: 'storefront' },
        spec: { virtualhost: { fqdn: host }, includes: [{ name: app, conditions: [{ prefix: '/' }] }] },
      },
    ],
    spec: () => ({ provider: 'contour', routeRef: undefined }),
  },
  'gatewayapi:v1': {
    plane: 'contour',
    inCluster: 'http://envoy.projectcontour',
    objects: () => [
      template('success', `${RATE(', envoy_response_code!~"5.*"')} / ${RATE('')} * 100`),
      template(
        'latency',
        `histogram_quantile(0.99, sum(rate(envoy_cluster_upstream_rq_time_bucket{${CANARYS}}[{{ interval }}])) by (le))`,
      ),
    ],
    spec: () => ({ provider: 'gatewayapi:v1', routeRef: undefined }),
    service: (host) => ({
      hosts: [host],
      gatewayRefs: [{ name: GATEWAY_NAME, namespace: CONTOUR_NAMESPACE }],
    }),
    metrics: [
      { name: 'success', templateRef: { name: 'success' }, thresholdRange: { min: 99 }, interval: '1m' },
      { name: 'latency', templateRef: { name: 'latency' }, thresholdRange: { max: 500 }, interval: '30s' },
    ],
  },
} as const satisfies Readonly<Record<string, TrafficPlan>>;

/** Traffic providers that the demo can show, as `spec.provider` names them. */
export type DemoProvider = keyof typeof PLANS;

export const DEMO_PROVIDERS = Object.keys(PLANS) as readonly DemoProvider[];

export function isDemoProvider(name: string): name is DemoProvider {
  return Object.hasOwn(PLANS, name);
}

export function trafficPlan(provider: DemoProvider): TrafficPlan {
  return PLANS[provider];
}
