import { observerQueries, type ObserverQueries } from './query.js';

/** The metrics of a traffic provider. */
export type Observer =
  | 'apisix'
  | 'appmesh'
  | 'contour'
  | 'gloo'
  | 'http'
  | 'istio'
  | 'knative'
  | 'kuma'
  | 'linkerd'
  | 'nginx'
  | 'osm'
  | 'skipper'
  | 'traefik';

/** The target's pods, by name; those of the primary have one part more. */
const TARGET_PODS = 'kubernetes_pod_name=~"{{ target }}-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"';
const APISIX_ROUTE = 'route=~"{{ namespace }}_{{ route }}-{{ target }}-canary_.+"';
export const SKIPPER_ROUTE =
  'route=~"kube(ew)?_{{ namespace }}__{{ ingress }}_canary__.*__{{ service }}_canary(_[0-9]+)?"';
/** Metrics of the Ingress about canaries. */
export const NGINX_CANARY = 'namespace="{{ namespace }}", ingress="{{ ingress }}", canary!=""';
const TRAEFIK_SERVICE = 'service=~"{{ namespace }}-{{ target }}-canary-[0-9a-zA-Z-]+@kubernetescrd"';

/** Envoy's metrics, where one label identifies the canary. */
function envoy(selector: string): ObserverQueries {
  return observerQueries(
    `sum( rate( envoy_cluster_upstream_rq{ ${selector}, envoy_response_code!~"5.*" }[{{ interval }}] ) )
      / sum( rate( envoy_cluster_upstream_rq{ ${selector}, }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate(
      envoy_cluster_upstream_rq_time_bucket{ ${selector}, }[{{ interval }}] ) ) by (le) )`,
  );
}

/** Exactly Flagger's own queries. Those of nginx and Skipper yield mean durations, the others the 99th percentile. */
export const FLAGGER_QUERIES: Readonly<Record<Observer, ObserverQueries>> = {
  istio: observerQueries(
    `sum( rate( istio_requests_total{ reporter="destination", destination_workload_namespace="{{ namespace }}",
        destination_workload=~"{{ target }}", response_code!~"5.*" }[{{ interval }}] ) )
      / sum( rate( istio_requests_total{ reporter="destination", destination_workload_namespace="{{ namespace }}",
        destination_workload=~"{{ target }}" }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate( istio_request_duration_milliseconds_bucket{ reporter="destination",
      destination_workload_namespace="{{ namespace }}", destination_workload=~"{{ target }}" }[{{ interval }}] ) )
      by (le) )`,
  ),
  apisix: observerQueries(
    `sum( rate( apisix_http_status{ ${APISIX_ROUTE}, code!~"5.." }[{{ interval }}] ) )
      / sum( rate( apisix_http_status{ ${APISIX_ROUTE} }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate(
      apisix_http_latency_bucket{ type=~"request", ${APISIX_ROUTE} }[{{ interval }}] ) ) by (le) )`,
  ),
  appmesh: observerQueries(
    `sum( rate( envoy_cluster_upstream_rq{ kubernetes_namespace="{{ namespace }}", ${TARGET_PODS},
        envoy_response_code!~"5.*" }[{{ interval }}] ) )
      / sum( rate( envoy_cluster_upstream_rq{ kubernetes_namespace="{{ namespace }}",
        ${TARGET_PODS} }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate( envoy_cluster_upstream_rq_time_bucket{
      kubernetes_namespace="{{ namespace }}", ${TARGET_PODS} }[{{ interval }}] ) ) by (le) )`,
  ),
  contour: envoy('envoy_cluster_name=~"{{ namespace }}_{{ service }}-canary_[0-9a-zA-Z-]+"'),
  gloo: envoy('envoy_cluster_name=~"{{ namespace }}-{{ target }}-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+"'),
  kuma: envoy('service=~"{{ target }}-canary_{{ namespace }}_svc_[0-9a-zA-Z-]+"'),
  knative: envoy('envoy_cluster_name=~"{{ namespace }}/{{ route }}"'),
  http: observerQueries(
    `sum( rate( http_request_duration_seconds_count{ kubernetes_namespace="{{ namespace }}", ${TARGET_PODS},
        status!~"5.*" }[{{ interval }}] ) )
      / sum( rate( http_request_duration_seconds_count{ kubernetes_namespace="{{ namespace }}",
        ${TARGET_PODS} }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate( http_request_duration_seconds_bucket{
      kubernetes_namespace="{{ namespace }}", ${TARGET_PODS} }[{{ interval }}] ) ) by (le) )`,
    { durationFactor: 1000 },
  ),
  linkerd: observerQueries(
    `sum( rate( response_total{ namespace="{{ namespace }}", deployment=~"{{ target }}", classification!="failure",
        direction="inbound" }[{{ interval }}] ) )
      / sum( rate( response_total{ namespace="{{ namespace }}", deployment=~"{{ target }}",
        direction="inbound" }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate( response_latency_ms_bucket{ namespace="{{ namespace }}",
      deployment=~"{{ target }}", direction="inbound" }[{{ interval }}] ) ) by (le) )`,
  ),
  nginx: observerQueries(
    `sum( rate( nginx_ingress_controller_requests{ ${NGINX_CANARY}, status!~"5.*" }[{{ interval }}] ) )
      / sum( rate( nginx_ingress_controller_requests{ ${NGINX_CANARY} }[{{ interval }}] ) ) * 100`,
    `sum( rate( nginx_ingress_controller_response_duration_seconds_sum{ ${NGINX_CANARY} }[{{ interval }}] ) )
      / sum( rate( nginx_ingress_controller_response_duration_seconds_count{ ${NGINX_CANARY} }[{{ interval }}] ) )
      * 1000`,
  ),
  osm: observerQueries(
    `sum( rate( osm_request_total{ destination_namespace="{{ namespace }}", destination_kind="Deployment",
        destination_name="{{ target }}", response_code!~"5.*" }[{{ interval }}] ) )
      / sum( rate( osm_request_total{ destination_namespace="{{ namespace }}", destination_kind="Deployment",
        destination_name="{{ target }}" }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate( osm_request_duration_ms_bucket{ destination_namespace="{{ namespace }}",
      destination_kind="Deployment", destination_name="{{ target }}" }[{{ interval }}] ) ) by (le) )`,
  ),
  skipper: observerQueries(
    `sum(rate(skipper_response_duration_seconds_bucket{${SKIPPER_ROUTE},code!~"5..",le="+Inf"}[{{ interval }}]))
      / sum(rate(skipper_response_duration_seconds_bucket{${SKIPPER_ROUTE},le="+Inf"}[{{ interval }}])) * 100`,
    `sum(rate(skipper_serve_route_duration_seconds_sum{${SKIPPER_ROUTE}}[{{ interval }}]))
      / sum(rate(skipper_serve_route_duration_seconds_count{${SKIPPER_ROUTE}}[{{ interval }}])) * 1000`,
    { wordNames: true },
  ),
  traefik: observerQueries(
    `sum( rate( traefik_service_request_duration_seconds_bucket{ ${TRAEFIK_SERVICE}, code!~"5..",
        le="+Inf" }[{{ interval }}] ) )
      / sum( rate( traefik_service_request_duration_seconds_bucket{ ${TRAEFIK_SERVICE},
        le="+Inf" }[{{ interval }}] ) ) * 100`,
    `histogram_quantile( 0.99, sum( rate( traefik_service_request_duration_seconds_bucket{ ${TRAEFIK_SERVICE}
      }[{{ interval }}] ) ) by (le) ) * 1000`,
  ),
};
