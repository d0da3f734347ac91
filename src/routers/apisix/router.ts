import type { Canary } from '../../crds/canary.js';
import { ALL_TO_PRIMARY, type Weights } from '../../domain/weights.js';
import { UserError } from '../../errors.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import type { KubeObject, NamedObject, ResourceType } from '../../kube/object.js';
import { isOurs, type OwnedObject } from '../../kubernetes/ownership.js';
import { isSame, write } from '../../kubernetes/write.js';
import type { HttpRule, RouteSpec } from './objects.js';
import { rulesOf, sourceIn, weightsOf, type Source } from './rules.js';
import { isRouteSettled } from './settled.js';
import type { Router } from '../port.js';

export const APISIX_ROUTES: ResourceType = {
  apiVersion: 'apisix.apache.org/v2',
  kind: 'ApisixRoute',
  plural: 'apisixroutes',
};

/**
 * Apache APISIX with its ingress controller. From the user's ApisixRoute (`spec.routeRef`) a second one is made,
 * `<route>-<service>-canary`, which holds only the rule that leads to the Canary's service, with primary and canary
 * as its weighted backends, and rules made of it for an audience, for kept sessions or for mirroring.
 */
export class ApisixRouter implements Router {
  readonly provider = 'apisix';
  readonly watches = [APISIX_ROUTES];

  constructor(private readonly cache: ClusterCache) {}

  async refresh(canary: Canary): Promise<void> {
    await this.cache.getFresh(APISIX_ROUTES, canary.namespace, sourceName(canary));
    await this.cache.getFresh(APISIX_ROUTES, canary.namespace, generatedName(canary));
  }

  async reconcile(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    await this.put(canary, fence, (current) => (current && weightsIn(current, canary)) ?? weights, false);
  }

  async drift(canary: Canary): Promise<readonly string[]> {
    const source = await this.source(canary);
    const current = await this.generated(canary);
    const name = `${APISIX_ROUTES.kind}/${generatedName(canary)}`;
    if (!current) return [name];
    const desired = desiredRoute(canary, source, current, weightsIn(current, canary) ?? ALL_TO_PRIMARY);
    return isSame(current, desired) ? [] : [name];
  }

  async weights(canary: Canary): Promise<Weights | undefined> {
    const route = await this.generated(canary);
    return route && weightsIn(route, canary);
  }

  async setWeights(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    if (weights.primary === 0 && weights.canary === 0) {
      throw new UserError(`RoutingRule ${canary.service.name}.${canary.namespace} update failed: no valid weights`);
    }
    const generated = await this.generated(canary);
    try {
      await this.put(canary, fence, () => weights, true);
    } catch (error) {
      // The way back must not depend on the user's route: ours can be told without it.
      if (!(error instanceof UserError) || !generated) throw error;
      await this.reweigh(canary, weights, fence);
    }
  }

  async isSettled(canary: Canary): Promise<boolean | undefined> {
    const route = await this.generated(canary);
    return route ? isRouteSettled(route) : true;
  }

  /**
   * The generated route goes with its owner, and so does the primary: which of them APISIX misses first nobody knows. Until
   * then it leads where the user's own route leads.
   */
  async finalize(canary: Canary, fence: Claim): Promise<void> {
    if (!canary.routeRef) return;
    const key = { namespace: canary.namespace, name: generatedName(canary) };
    await this.cache.getFresh(APISIX_ROUTES, key.namespace, key.name);
    if (!(await this.generated(canary))) return;
    await write(this.cache, APISIX_ROUTES, key, (current) => current && givenBack(current, canary), {
      fence,
      stamp: true,
      right: { owner: canary.owner },
    });
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return ownedByApisix(canary);
  }

  concerns(canary: Canary): readonly NamedObject[] {
    return [sourceName(canary), generatedName(canary)].map((name) => ({ type: APISIX_ROUTES, name }));
  }

  private async put(
    canary: Canary,
    fence: Claim,
    weights: (current: KubeObject | undefined) => Weights,
    touch: boolean,
  ): Promise<void> {
    const source = await this.source(canary);
    const key = { namespace: canary.namespace, name: generatedName(canary) };
    await write(this.cache, APISIX_ROUTES, key, (current) => desiredRoute(canary, source, current, weights(current)), {
      fence,
      stamp: true,
      touch,
      right: { owner: canary.owner },
    });
  }

  private async reweigh(canary: Canary, weights: Weights, fence: Claim): Promise<void> {
    const key = { namespace: canary.namespace, name: generatedName(canary) };
    await write(this.cache, APISIX_ROUTES, key, (current) => current && reweighed(current, canary, weights), {
      fence,
      stamp: true,
      touch: true,
      right: { owner: canary.owner },
    });
  }

  private async source(canary: Canary): Promise<KubeObject> {
    const name = sourceName(canary);
    const source = await this.cache.get(APISIX_ROUTES, canary.namespace, name);
    if (!source) {
      throw new UserError(
        `apisix route ${name}.${canary.namespace} get query error: apisixroutes.apisix.apache.org "${name}" not found, create it or correct spec.routeRef.name`,
      );
    }
    return source;
  }

  /** What bears the name and is somebody else's says nothing of this Canary. */
  private async generated(canary: Canary): Promise<KubeObject | undefined> {
    const found = await this.cache.get(APISIX_ROUTES, canary.namespace, generatedName(canary));
    return found && isOurs(found, canary.owner) ? found : undefined;
  }
}

/** The route that is made for the Canary. */
export function ownedByApisix(canary: Canary): readonly OwnedObject[] {
  return [{ type: APISIX_ROUTES, name: generatedName(canary) }];
}

function sourceName(canary: Canary): string {
  if (!canary.routeRef) throw new UserError('apisix route selector is empty, set spec.routeRef to the ApisixRoute');
  return canary.routeRef.name;
}

function generatedName(canary: Canary): string {
  return `${sourceName(canary)}-${canary.service.name}-canary`;
}

/** The route of the Canary, from the user's: that one rule, and those made of it. Whatever else the source has is kept. */
function desiredRoute(
  canary: Canary,
  source: KubeObject,
  current: KubeObject | undefined,
  weights: Weights,
): KubeObject {
  const { http: _rules, ...rest } = (source['spec'] ?? {}) as RouteSpec;
  return {
    ...current,
    apiVersion: APISIX_ROUTES.apiVersion,
    kind: APISIX_ROUTES.kind,
    metadata: current?.metadata ?? {
      name: generatedName(canary),
      namespace: canary.namespace,
      labels: source.metadata.labels,
      annotations: source.metadata.annotations,
      ownerReferences: [canary.owner],
    },
    spec: { ...rest, http: rulesOf(canary, sourceOf(canary, source), weights) },
  };
}

/** The first rule that leads to the Canary's service, and its only backend. */
function sourceOf(canary: Canary, source: KubeObject): Source {
  const name = `${source.metadata.name}.${canary.namespace}`;
  const http = rulesIn(source);
  if (http.length === 0) throw new UserError(`APISIX route ${name}'s spec.http is empty`);
  const rule = http.find((r) => r.backends?.some((b) => b.serviceName === canary.service.name));
  if (!rule) throw new UserError(`Can not find ${canary.service.name} backend on apisix route ${name} `);
  const [backend, ...others] = rule.backends ?? [];
  if (!backend || others.length > 0) {
    throw new UserError(
      `apisix route ${name} rule ${rule.name} has ${others.length + 1} backends: only one http backend is supported`,
    );
  }
  return { rule, backend };
}

function weightsIn(route: KubeObject, canary: Canary): Weights | undefined {
  return weightsOf(canary, rulesIn(route));
}

function rulesIn(route: KubeObject): readonly HttpRule[] {
  return ((route['spec'] ?? {}) as RouteSpec).http ?? [];
}

/** The generated route as its user wrote it, as far as that can be told from it. */
function givenBack(route: KubeObject, canary: Canary): KubeObject {
  const source = sourceIn(canary, rulesIn(route));
  if (!source) return route;
  const { rule, backend } = source;
  const http = [{ ...rule, backends: [{ ...backend, serviceName: canary.service.name }] }];
  return { ...route, spec: { ...(route['spec'] as RouteSpec), http } };
}

/** The generated route with other weights, where the user's route can't be read any more. */
function reweighed(route: KubeObject, canary: Canary, weights: Weights): KubeObject {
  const source = sourceIn(canary, rulesIn(route));
  if (!source) return route;
  return { ...route, spec: { ...(route['spec'] as RouteSpec), http: rulesOf(canary, source, weights) } };
}
