import type { Provider } from '../schema/canary.js';

/**
 * Which fields of a Canary mean something to which traffic provider: the one table that distinguishes used fields from
 * ignored ones. Whoever adds a provider, or a field to one, adds it here.
 */

/** Fields below `spec` that only some providers use. All providers use the others. */
export const PROVIDER_FIELDS = [
  'ingressRef',
  'routeRef',
  'service.backends',
  'service.backendTimeout',
  'service.corsPolicy',
  'service.delegation',
  'service.gatewayRefs',
  'service.gateways',
  'service.headers',
  'service.hosts',
  'service.match',
  'service.meshName',
  'service.mirror',
  'service.retries',
  'service.rewrite',
  'service.timeout',
  'service.trafficPolicy',
] as const;

type ProviderField = (typeof PROVIDER_FIELDS)[number];

/** A field, or a part of it where the rest means nothing to the provider: `service.match.uri.prefix`. */
type Ability = ProviderField | `${ProviderField}.${string}`;

const GATEWAY_API: readonly Ability[] = [
  'service.gatewayRefs',
  'service.headers',
  'service.hosts',
  'service.match.headers',
  'service.match.ignoreUriCase',
  'service.match.method',
  'service.match.name',
  'service.match.queryParams',
  'service.match.uri',
  'service.mirror',
  'service.rewrite',
];

/**
 * Parts of `service.match` that the Gateway API can't express are refused there: ignoring them would let more requests
 * in.
 */
const REFUSED_BY_GATEWAY_API: readonly Ability[] = [
  'service.match.authority',
  'service.match.port',
  'service.match.scheme',
  'service.match.sourceLabels',
  'service.match.sourceNamespace',
  'service.match.withoutHeaders',
];

const ABILITIES: Partial<Record<Provider, readonly Ability[]>> = {
  apisix: ['routeRef'],
  contour: ['service.match.uri.prefix', 'service.match.name', 'service.retries', 'service.timeout'],
  'gatewayapi:v1': [
    ...GATEWAY_API,
    ...REFUSED_BY_GATEWAY_API,
    'service.backendTimeout',
    'service.corsPolicy',
    'service.timeout',
  ],
  'gatewayapi:v1beta1': [...GATEWAY_API, ...REFUSED_BY_GATEWAY_API],
  istio: [
    'service.corsPolicy',
    'service.delegation',
    'service.gateways',
    'service.headers',
    'service.hosts',
    'service.match',
    'service.retries',
    'service.rewrite.authority',
    'service.rewrite.uri',
    'service.timeout',
    'service.trafficPolicy',
  ],
  kubernetes: [],
  nginx: ['ingressRef'],
  skipper: ['ingressRef'],
  traefik: [],
};

/** @returns undefined for a provider that isn't in the table */
export function abilitiesOf(provider: string): readonly string[] | undefined {
  return Object.hasOwn(ABILITIES, provider) ? ABILITIES[provider as Provider] : undefined;
}

/** The providers that use a field, for people. */
export function usersOf(field: string): string {
  return Object.entries(ABILITIES)
    .flatMap(([name, abilities]) =>
      abilities.some((one) => one === field || one.startsWith(`${field}.`) || field.startsWith(`${one}.`))
        ? [name]
        : [],
    )
    .join(', ');
}
