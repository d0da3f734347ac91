import type { Provider } from './schema/canary.js';

/** Parts of an entry of `analysis.match`. */
export type AudiencePart = 'headers' | 'queryParams' | 'sourceLabels';

/** What a traffic provider can do with requests, besides dividing them. */
export interface TrafficFeatures {
  /** Requests can be divided by weight. */
  readonly weights: boolean;
  /** The conditions that can select requests for the canary; none where the provider can't select. */
  readonly match: readonly AudiencePart[];
  readonly mirror: boolean;
  /** A share of the requests can be copied instead of all. */
  readonly mirrorWeight: boolean;
  readonly sessionAffinity: boolean;
  /** The apex Service leads users to the primary; the provider's own object leads only to the canary. */
  readonly viaApex: boolean;
}

const WEIGHTS_ONLY: TrafficFeatures = {
  weights: true,
  match: [],
  mirror: false,
  mirrorWeight: false,
  sessionAffinity: false,
  viaApex: false,
};

const BY_HEADERS: TrafficFeatures = { ...WEIGHTS_ONLY, match: ['headers'] };

const GATEWAY_API: TrafficFeatures = {
  ...WEIGHTS_ONLY,
  match: ['headers', 'queryParams'],
  mirror: true,
  sessionAffinity: true,
};

const FEATURES: Partial<Record<Provider, TrafficFeatures>> = {
  apisix: {
    ...WEIGHTS_ONLY,
    match: ['headers', 'queryParams'],
    mirror: true,
    mirrorWeight: true,
    sessionAffinity: true,
  },
  contour: BY_HEADERS,
  'gatewayapi:v1': GATEWAY_API,
  'gatewayapi:v1beta1': GATEWAY_API,
  istio: {
    ...WEIGHTS_ONLY,
    match: ['headers', 'queryParams', 'sourceLabels'],
    mirror: true,
    mirrorWeight: true,
    sessionAffinity: true,
  },
  kubernetes: { ...WEIGHTS_ONLY, weights: false, viaApex: true },
  nginx: { ...BY_HEADERS, viaApex: true },
  skipper: { ...WEIGHTS_ONLY, viaApex: true },
};

/**
 * Whether a reference is to a users' own HTTPRoute, which the provider divides instead of generating one. References to
 * other kinds mean nothing to the provider.
 */
export function isOwnRoute(provider: string, routeRef: { readonly kind: string } | undefined): boolean {
  return provider.startsWith('gatewayapi:') && routeRef?.kind === 'HTTPRoute';
}

/** A provider that isn't in the table only divides requests by weight. */
export function trafficFeatures(provider: string): TrafficFeatures {
  return Object.hasOwn(FEATURES, provider) ? (FEATURES[provider as Provider] ?? WEIGHTS_ONLY) : WEIGHTS_ONLY;
}

/** The providers that can do it, for people. */
export function providersWith(can: (features: TrafficFeatures) => boolean): string {
  return Object.entries(FEATURES)
    .flatMap(([name, features]) => (can(features) ? [name] : []))
    .join(', ');
}
