import { baselineServiceName } from '../crds/baseline.js';
import type { Canary } from '../crds/canary.js';
import { dividedAs, sharesOf, type Weights } from '../domain/weights.js';
import type { KubeObject, ResourceType } from '../kube/object.js';
import { apexObject } from './shared/apex.js';
import type { Blueprint } from './shared/object-router.js';

export const TRAEFIK_SERVICES: ResourceType = {
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'TraefikService',
  plural: 'traefikservices',
};

interface WeightedService {
  readonly name: string;
  readonly weight?: number;
  readonly [field: string]: unknown;
}

interface TraefikServiceSpec {
  readonly weighted?: { readonly services?: readonly WeightedService[]; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/**
 * Traefik. The TraefikService with the service's name distributes its requests over primary and canary; the users' own
 * IngressRoute leads to it. Users may add sticky sessions, health checks and the like.
 */
export const traefik: Blueprint = {
  provider: 'traefik',
  // By default it applies changes at most every two seconds.
  followsWithinMs: 3_000,
  type: TRAEFIK_SERVICES,
  name: (canary) => canary.service.name,
  takesOver: true,
  desired({ canary, current, weights }) {
    const spec = specOf(current);
    return apexObject(canary, TRAEFIK_SERVICES, current, {
      ...spec,
      weighted: { ...spec.weighted, services: servicesOf(canary, spec.weighted?.services ?? [], weights) },
    });
  },
  weights(object, canary) {
    const services = specOf(object).weighted?.services ?? [];
    const primary = services.find(({ name }) => name === canary.service.primaryName)?.weight;
    const share = services.find(({ name }) => name === canary.service.canaryName)?.weight ?? 0;
    const beside = services.find(({ name }) => name === baselineServiceName(canary))?.weight ?? 0;
    return primary === undefined ? undefined : dividedAs({ primary, canary: share, baseline: beside });
  },
};

/** The canary is only listed while it has a share. A missing weight counts as 1, so a 0 is written out. */
function servicesOf(canary: Canary, current: readonly WeightedService[], weights: Weights): readonly WeightedService[] {
  const { primaryName, canaryName, port } = canary.service;
  const extrasOf = (service: string) => extras(current.find(({ name }) => name === service));
  const ofPrimary = extrasOf(primaryName);
  const entry = (name: string, weight: number) => ({ name, namespace: canary.namespace, port, weight });
  const shares = sharesOf(weights);
  const baselineName = baselineServiceName(canary);
  const primary = { ...ofPrimary, ...entry(primaryName, shares.primary) };
  if (weights.canary === 0) return [primary];
  // Settings that users want for requests to the primary hold for the others as well.
  const beside = (name: string, share: number) => ({ ...(extrasOf(name) ?? ofPrimary), ...entry(name, share) });
  return [
    primary,
    beside(canaryName, shares.canary),
    ...(shares.baseline > 0 ? [beside(baselineName, shares.baseline)] : []),
  ];
}

/** The fields that users have added to one of ours; its destination isn't theirs to set. */
function extras(service: WeightedService | undefined): object | undefined {
  if (!service) return undefined;
  const { kind: _kind, ...others } = service;
  return others;
}

function specOf(object: KubeObject | undefined): TraefikServiceSpec {
  return (object?.['spec'] ?? {}) as TraefikServiceSpec;
}
