import type { Observer } from './queries/flagger.js';

/** Providers whose names begin with a prefix. */
const BY_PREFIX: readonly (readonly [prefix: string, observer: Observer])[] = [
  ['appmesh', 'appmesh'],
  ['gloo', 'gloo'],
  ['gatewayapi', 'http'],
];

const BY_NAME: ReadonlyMap<string, Observer> = new Map([
  ['linkerd', 'linkerd'],
  ['istio', 'istio'],
  ['contour', 'contour'],
  ['nginx', 'nginx'],
  ['kubernetes', 'http'],
  ['skipper', 'skipper'],
  ['traefik', 'traefik'],
  ['osm', 'osm'],
  ['kuma', 'kuma'],
  ['apisix', 'apisix'],
  ['knative', 'knative'],
]);

export interface ProviderChoice {
  /** The traffic provider of Canaries that name none. */
  readonly meshProvider: string;
  /** `spec.provider`, where the Canary names one. */
  readonly provider: string | undefined;
  /** The target is a Kubernetes Service, not a Knative one. */
  readonly ofService: boolean;
}

/** The name of the built-in checks' metrics provider, for messages too. The rules are Flagger's. */
export function metricsProviderOf({ meshProvider, provider, ofService }: ProviderChoice): string {
  const chosen = provider ? ofCanary(provider, meshProvider) : ofCluster(meshProvider);
  return ofService ? `${chosen}:service` : chosen;
}

function ofCluster(meshProvider: string): string {
  return meshProvider.includes('crossover') ? 'crossover' : meshProvider;
}

/** Linkerd sees all traffic, whatever routes it. */
function ofCanary(provider: string, meshProvider: string): string {
  return meshProvider.includes('linkerd') ? 'linkerd' : provider;
}

/** The queries for a metrics provider; Istio's for unknown ones, as in Flagger. */
export function observerOf(metricsProvider: string): Observer {
  const prefixed = BY_PREFIX.find(([prefix]) => metricsProvider.startsWith(prefix))?.[1];
  return BY_NAME.get(metricsProvider) ?? prefixed ?? 'istio';
}
