import { parseTemplate } from '../gotemplate/template.js';
import { constantsOf, type QueryModel } from '../model.js';
import { addressMatcher } from './addresses.js';
import { withWordNames } from './builtin.js';
import type { Observer } from './flagger.js';
import { traefikService } from './traefik.js';

/** A counter of requests, and what distinguishes the canary's from all requests to canary and primary. */
interface RequestCounter {
  readonly counter: string;
  /** Label matchers of both. */
  readonly both: string;
  /** Label matchers of the canary. */
  readonly canary: string;
  /** The addresses of the canary's pods are needed for that. */
  readonly ofAddresses?: true;
  readonly wordNames?: true;
}

const PODS = '-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)';

/** Where two values of a label distinguish canary and primary: `side` with one or both of them in it. */
function bySide(
  counter: string,
  side: (which: string) => string,
  [canary, primary] = ['canary', 'primary'],
): RequestCounter {
  return { counter, canary: side(canary), both: side(`(${canary}|${primary})`) };
}

/** Workloads by their names, where the primary's has a suffix. */
function byWorkload(counter: string, label: string, more: string): RequestCounter {
  return {
    counter,
    canary: `${label}="{{ target }}", ${more}`,
    both: `${label}=~"{{ target }}(-primary)?", ${more}`,
  };
}

function byPod(counter: string): RequestCounter {
  const pods = (name: string) => `kubernetes_namespace="{{ namespace }}", kubernetes_pod_name=~"${name}${PODS}"`;
  return { counter, canary: pods('{{ target }}'), both: pods('{{ target }}(-primary)?') };
}

const APISIX_ROUTE = 'route=~"{{ namespace }}_{{ route }}-{{ service }}-canary_.+"';
const NGINX_INGRESS = 'namespace="{{ namespace }}", ingress="{{ ingress }}"';
const ENVOY = 'envoy_cluster_upstream_rq';

/** The counters of the built-in success rates. Knative's has no label that distinguishes the versions. */
const COUNTERS: Readonly<Partial<Record<Observer, RequestCounter>>> = {
  apisix: {
    counter: 'apisix_http_status',
    both: APISIX_ROUTE,
    canary: `${APISIX_ROUTE}, node=~"{{ addresses }}"`,
    ofAddresses: true,
  },
  istio: byWorkload(
    'istio_requests_total',
    'destination_workload',
    'reporter="destination", destination_workload_namespace="{{ namespace }}"',
  ),
  linkerd: byWorkload('response_total', 'deployment', 'namespace="{{ namespace }}", direction="inbound"'),
  osm: byWorkload(
    'osm_request_total',
    'destination_name',
    'destination_namespace="{{ namespace }}", destination_kind="Deployment"',
  ),
  appmesh: byPod(ENVOY),
  http: byPod('http_request_duration_seconds_count'),
  contour: bySide(ENVOY, (side) => `envoy_cluster_name=~"{{ namespace }}_{{ service }}-${side}_[0-9a-zA-Z-]+"`),
  gloo: bySide(
    ENVOY,
    (side) => `envoy_cluster_name=~"{{ namespace }}-{{ service }}-${side}upstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+"`,
  ),
  kuma: bySide(ENVOY, (side) => `service=~"{{ service }}-${side}_{{ namespace }}_svc_[0-9a-zA-Z-]+"`),
  nginx: {
    counter: 'nginx_ingress_controller_requests',
    both: NGINX_INGRESS,
    canary: `${NGINX_INGRESS}, canary!=""`,
  },
  skipper: {
    ...bySide(
      'skipper_response_duration_seconds_bucket',
      (side) =>
        `route=~"kube(ew)?_{{ namespace }}__{{ ingress }}_canary__.*__{{ service }}_${side}(_[0-9]+)?", le="+Inf"`,
    ),
    wordNames: true,
  },
  traefik: bySide(
    'traefik_service_request_duration_seconds_bucket',
    (side) => `${traefikService(`{{ service }}-${side}`)}, le="+Inf"`,
  ),
};

/** How the requests were divided, and how many there were. */
export interface ShareQueries {
  /** Percent on the canary; no value where there were no requests at all. */
  readonly percent: string;
  readonly requests: string;
}

/**
 * @param addresses of the canary's pods, read only where they identify its requests
 * @returns undefined where the traffic provider's metrics don't distinguish the versions
 */
export async function shareQueries(
  observer: Observer,
  model: QueryModel,
  addresses: () => Promise<readonly string[]>,
): Promise<ShareQueries | undefined> {
  const found = COUNTERS[observer];
  if (!found) return undefined;
  const known = found.ofAddresses ? await addresses() : [];
  const constants = {
    ...constantsOf(found.wordNames ? withWordNames(model) : model),
    addresses: addressMatcher(known),
  };
  const render = (template: string): string => parseTemplate(template, Object.keys(constants)).render(constants);
  const { counter, canary, both } = found;
  const range = '[{{ interval }}]';
  return {
    percent: render(
      `( sum( rate( ${counter}{ ${canary} }${range} ) ) or vector(0) ) / ` +
        `( sum( rate( ${counter}{ ${both} }${range} ) ) > 0 ) * 100`,
    ),
    requests: render(`sum( increase( ${counter}{ ${both} }${range} ) )`),
  };
}
