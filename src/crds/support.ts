import type { Provider } from './schema/canary.js';
import type { AutoscalerKind, TargetKind } from './schema/references.js';

/**
 * What this version of Serinus supports of a Canary's possible fields. Whoever implements something that is `false`
 * here sets it to `true`; until then a Canary that needs it is refused, since a release that silently ignores a part of
 * its spec is worse than none.
 */
export interface Support {
  readonly providers: Readonly<Record<Provider, boolean>>;
  readonly targets: Readonly<Record<TargetKind, boolean>>;
  readonly autoscalers: Readonly<Record<AutoscalerKind, boolean>>;
  readonly features: Readonly<Record<Feature, boolean>>;
}

/** Optional parts of a spec, by their field. */
export type Feature = 'analysis.alerts' | 'event webhooks' | 'ingressRef' | 'upstreamRef';

export const SUPPORT: Support = {
  providers: {
    apisix: true,
    appmesh: false,
    'appmesh:v1beta2': false,
    contour: true,
    'gatewayapi:v1': true,
    'gatewayapi:v1beta1': true,
    gloo: false,
    istio: true,
    knative: false,
    kubernetes: true,
    kuma: false,
    linkerd: false,
    nginx: true,
    osm: false,
    skipper: true,
    'smi:v1alpha1': false,
    'smi:v1alpha2': false,
    'smi:v1alpha3': false,
    traefik: true,
  },
  targets: {
    DaemonSet: true,
    Deployment: true,
    Service: true,
  },
  autoscalers: {
    HorizontalPodAutoscaler: true,
    ScaledObject: true,
  },
  features: {
    'analysis.alerts': true,
    'event webhooks': true,
    ingressRef: true,
    upstreamRef: false,
  },
};

const BY_HTTP_ROUTES = 'use gatewayapi:v1';
const IN_THE_MESH = `${BY_HTTP_ROUTES} with a Service in service.gatewayRefs`;

/**
 * What to use instead of the providers that aren't supported; the reasons are in
 * docs/decisions/0010-providers-of-flagger.md.
 */
export const INSTEAD_OF: Readonly<Partial<Record<Provider, string>>> = {
  appmesh: `App Mesh has ended in September 2026, ${BY_HTTP_ROUTES}`,
  'appmesh:v1beta2': `App Mesh has ended in September 2026, ${BY_HTTP_ROUTES}`,
  gloo: `Gloo Gateway and kgateway take HTTPRoutes, ${BY_HTTP_ROUTES}`,
  kuma: `Kuma takes HTTPRoutes, ${IN_THE_MESH}`,
  linkerd: `Linkerd takes HTTPRoutes, ${IN_THE_MESH}`,
  osm: `Open Service Mesh is archived, ${IN_THE_MESH} of another mesh`,
  'smi:v1alpha1': `SMI is archived, ${IN_THE_MESH}`,
  'smi:v1alpha2': `SMI is archived, ${IN_THE_MESH}`,
  'smi:v1alpha3': `SMI is archived, ${IN_THE_MESH}`,
};

/** The supported names, for people: `apisix, istio`. */
export function builtOf(table: Readonly<Record<string, boolean>>): string {
  return Object.entries(table)
    .flatMap(([name, built]) => (built ? [name] : []))
    .join(', ');
}
