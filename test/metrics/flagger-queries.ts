import type { Observer } from '../../src/metrics/queries/flagger.js';

/**
 * What Flagger sends for a Canary in namespace `my-ns` with target `my-app`, Service `my-svc`, Ingress `my-ing`, route
 * `my-route` and interval `2m`.
 */
export const FLAGGER_SENDS: Readonly<Record<Observer, { readonly success: string; readonly duration: string }>> = {
  apisix: {
    success:
      'sum( rate( apisix_http_status{ route=~"my-ns_my-route-my-app-canary_.+", code!~"5.." }[2m] ) ) / sum( rate( apisix_http_status{ route=~"my-ns_my-route-my-app-canary_.+" }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( apisix_http_latency_bucket{ type=~"request", route=~"my-ns_my-route-my-app-canary_.+" }[2m] ) ) by (le) )',
  },
  appmesh: {
    success:
      'sum( rate( envoy_cluster_upstream_rq{ kubernetes_namespace="my-ns", kubernetes_pod_name=~"my-app-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)", envoy_response_code!~"5.*" }[2m] ) ) / sum( rate( envoy_cluster_upstream_rq{ kubernetes_namespace="my-ns", kubernetes_pod_name=~"my-app-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)" }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( envoy_cluster_upstream_rq_time_bucket{ kubernetes_namespace="my-ns", kubernetes_pod_name=~"my-app-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)" }[2m] ) ) by (le) )',
  },
  contour: {
    success:
      'sum( rate( envoy_cluster_upstream_rq{ envoy_cluster_name=~"my-ns_my-svc-canary_[0-9a-zA-Z-]+", envoy_response_code!~"5.*" }[2m] ) ) / sum( rate( envoy_cluster_upstream_rq{ envoy_cluster_name=~"my-ns_my-svc-canary_[0-9a-zA-Z-]+", }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( envoy_cluster_upstream_rq_time_bucket{ envoy_cluster_name=~"my-ns_my-svc-canary_[0-9a-zA-Z-]+", }[2m] ) ) by (le) )',
  },
  gloo: {
    success:
      'sum( rate( envoy_cluster_upstream_rq{ envoy_cluster_name=~"my-ns-my-app-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+", envoy_response_code!~"5.*" }[2m] ) ) / sum( rate( envoy_cluster_upstream_rq{ envoy_cluster_name=~"my-ns-my-app-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+", }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( envoy_cluster_upstream_rq_time_bucket{ envoy_cluster_name=~"my-ns-my-app-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+", }[2m] ) ) by (le) )',
  },
  http: {
    success:
      'sum( rate( http_request_duration_seconds_count{ kubernetes_namespace="my-ns", kubernetes_pod_name=~"my-app-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)", status!~"5.*" }[2m] ) ) / sum( rate( http_request_duration_seconds_count{ kubernetes_namespace="my-ns", kubernetes_pod_name=~"my-app-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)" }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( http_request_duration_seconds_bucket{ kubernetes_namespace="my-ns", kubernetes_pod_name=~"my-app-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)" }[2m] ) ) by (le) )',
  },
  istio: {
    success:
      'sum( rate( istio_requests_total{ reporter="destination", destination_workload_namespace="my-ns", destination_workload=~"my-app", response_code!~"5.*" }[2m] ) ) / sum( rate( istio_requests_total{ reporter="destination", destination_workload_namespace="my-ns", destination_workload=~"my-app" }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( istio_request_duration_milliseconds_bucket{ reporter="destination", destination_workload_namespace="my-ns", destination_workload=~"my-app" }[2m] ) ) by (le) )',
  },
  knative: {
    success:
      'sum( rate( envoy_cluster_upstream_rq{ envoy_cluster_name=~"my-ns/my-route", envoy_response_code!~"5.*" }[2m] ) ) / sum( rate( envoy_cluster_upstream_rq{ envoy_cluster_name=~"my-ns/my-route", }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( envoy_cluster_upstream_rq_time_bucket{ envoy_cluster_name=~"my-ns/my-route", }[2m] ) ) by (le) )',
  },
  kuma: {
    success:
      'sum( rate( envoy_cluster_upstream_rq{ service=~"my-app-canary_my-ns_svc_[0-9a-zA-Z-]+", envoy_response_code!~"5.*" }[2m] ) ) / sum( rate( envoy_cluster_upstream_rq{ service=~"my-app-canary_my-ns_svc_[0-9a-zA-Z-]+", }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( envoy_cluster_upstream_rq_time_bucket{ service=~"my-app-canary_my-ns_svc_[0-9a-zA-Z-]+", }[2m] ) ) by (le) )',
  },
  linkerd: {
    success:
      'sum( rate( response_total{ namespace="my-ns", deployment=~"my-app", classification!="failure", direction="inbound" }[2m] ) ) / sum( rate( response_total{ namespace="my-ns", deployment=~"my-app", direction="inbound" }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( response_latency_ms_bucket{ namespace="my-ns", deployment=~"my-app", direction="inbound" }[2m] ) ) by (le) )',
  },
  nginx: {
    success:
      'sum( rate( nginx_ingress_controller_requests{ namespace="my-ns", ingress="my-ing", canary!="", status!~"5.*" }[2m] ) ) / sum( rate( nginx_ingress_controller_requests{ namespace="my-ns", ingress="my-ing", canary!="" }[2m] ) ) * 100',
    duration:
      'sum( rate( nginx_ingress_controller_response_duration_seconds_sum{ namespace="my-ns", ingress="my-ing", canary!="" }[2m] ) ) / sum( rate( nginx_ingress_controller_response_duration_seconds_count{ namespace="my-ns", ingress="my-ing", canary!="" }[2m] ) ) * 1000',
  },
  osm: {
    success:
      'sum( rate( osm_request_total{ destination_namespace="my-ns", destination_kind="Deployment", destination_name="my-app", response_code!~"5.*" }[2m] ) ) / sum( rate( osm_request_total{ destination_namespace="my-ns", destination_kind="Deployment", destination_name="my-app" }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( osm_request_duration_ms_bucket{ destination_namespace="my-ns", destination_kind="Deployment", destination_name="my-app" }[2m] ) ) by (le) )',
  },
  skipper: {
    success:
      'sum(rate(skipper_response_duration_seconds_bucket{route=~"kube(ew)?_my_ns__my_ing_canary__.*__my_svc_canary(_[0-9]+)?",code!~"5..",le="+Inf"}[2m])) / sum(rate(skipper_response_duration_seconds_bucket{route=~"kube(ew)?_my_ns__my_ing_canary__.*__my_svc_canary(_[0-9]+)?",le="+Inf"}[2m])) * 100',
    duration:
      'sum(rate(skipper_serve_route_duration_seconds_sum{route=~"kube(ew)?_my_ns__my_ing_canary__.*__my_svc_canary(_[0-9]+)?"}[2m])) / sum(rate(skipper_serve_route_duration_seconds_count{route=~"kube(ew)?_my_ns__my_ing_canary__.*__my_svc_canary(_[0-9]+)?"}[2m])) * 1000',
  },
  traefik: {
    success:
      'sum( rate( traefik_service_request_duration_seconds_bucket{ service=~"my-ns-my-app-canary-[0-9a-zA-Z-]+@kubernetescrd", code!~"5..", le="+Inf" }[2m] ) ) / sum( rate( traefik_service_request_duration_seconds_bucket{ service=~"my-ns-my-app-canary-[0-9a-zA-Z-]+@kubernetescrd", le="+Inf" }[2m] ) ) * 100',
    duration:
      'histogram_quantile( 0.99, sum( rate( traefik_service_request_duration_seconds_bucket{ service=~"my-ns-my-app-canary-[0-9a-zA-Z-]+@kubernetescrd" }[2m] ) ) by (le) ) * 1000',
  },
};
