import type { Audience, Canary } from '../crds/canary.js';
import { ALL_TO_PRIMARY, canaryAt, type Weights } from '../domain/weights.js';
import type { KubeObject, ResourceType } from '../kube/object.js';
import { apexObject } from './shared/apex.js';
import { audiencesOf, regexOf, type TextMatch } from './shared/audience.js';
import type { Blueprint } from './shared/object-router.js';

export const HTTP_PROXIES: ResourceType = {
  apiVersion: 'projectcontour.io/v1',
  kind: 'HTTPProxy',
  plural: 'httpproxies',
};

/** The idle timeout of connections where the service has a timeout for requests. */
const IDLE_TIMEOUT = '5m';
/** Contour's own default, written out: otherwise the value that it fills in would look like somebody's change. */
const RETRIES = 1;

interface Condition {
  readonly prefix?: string;
  readonly header?: { readonly name: string; readonly exact?: string; readonly regex?: string };
}

interface Backend {
  readonly name: string;
  readonly weight?: number;
  readonly [field: string]: unknown;
}

interface Route {
  readonly conditions?: readonly Condition[];
  readonly services?: readonly Backend[];
  readonly [field: string]: unknown;
}

interface HttpProxySpec {
  readonly routes?: readonly Route[];
  readonly [field: string]: unknown;
}

/**
 * Contour. The HTTPProxy of the service's name has the routes; users include it from one with a virtual host.
 *
 * @param ingressClass of the Contour to use; empty where there is only one
 */
export function contour(ingressClass: string): Blueprint {
  return {
    provider: 'contour',
    type: HTTP_PROXIES,
    name: (canary) => canary.service.name,
    takesOver: true,
    desired: ({ canary, current, weights }) =>
      apexObject(canary, HTTP_PROXIES, current, {
        ...specOf(current),
        ...(ingressClass === '' ? {} : { ingressClassName: ingressClass }),
        routes: routesOf(canary, weights),
      }),
    reweighed: (current, canary, weights) => {
      const { routes = [], ...others } = specOf(current);
      return { ...current, spec: { ...others, routes: routes.map((one) => turned(one, canary, weights)) } };
    },
    weights: (object, canary) => {
      const { routes = [] } = specOf(object);
      const found = divisionOf(routes[0], canary);
      // Without an audience before it, the canary serves everybody.
      const isForAll = routes[0]?.conditions?.every(({ header }) => header === undefined) ?? true;
      const everybody = canary.analysis.match.length > 0 && isForAll && found !== undefined && found.canary > 0;
      return everybody ? { ...found, everybody } : found;
    },
    isSettled,
  };
}

function routesOf(canary: Canary, weights: Weights): readonly Route[] {
  const prefix = canary.service.match?.find(({ uri }) => uri?.prefix !== undefined)?.uri?.prefix ?? '/';
  const audiences = weights.everybody ? [] : audiencesOf(canary);
  if (audiences.length === 0) return [route(canary, [{ prefix }], weights)];
  return [
    ...audiences.map((audience) => route(canary, conditionsOf(audience, prefix), weights)),
    route(canary, [{ prefix }], ALL_TO_PRIMARY),
  ];
}

/** A request must meet all of them, and no more than one may name a path. Always in the same order. */
function conditionsOf({ headers = {} }: Audience, prefix: string): readonly Condition[] {
  const [first, ...others] = Object.entries(headers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => ({ header: { name, ...textOf(text) } }));
  return [{ prefix, ...first }, ...others];
}

/** Contour has no prefix and no suffix match. Versions before 1.26 don't know `regex`. */
function textOf(text: TextMatch): { exact: string } | { regex: string } {
  return text.exact === undefined ? { regex: regexOf(text) } : { exact: text.exact };
}

function route(canary: Canary, conditions: readonly Condition[], weights: Weights): Route {
  const { timeout, retries } = canary.service;
  return {
    conditions,
    services: backends(canary, weights),
    ...(timeout ? { timeoutPolicy: { response: timeout, idle: IDLE_TIMEOUT } } : {}),
    ...(retries ? { retryPolicy: retryPolicyOf(retries) } : {}),
  };
}

/** The header tells Linkerd, where pods have its proxy, which of the two Services is meant. */
function backend({ namespace, service: { port } }: Canary, name: string, weight: number): Backend {
  const address = `${name}.${namespace}.svc.cluster.local:${port}`;
  return { name, port, weight, requestHeadersPolicy: { set: [{ name: 'l5d-dst-override', value: address }] } };
}

/** A route to one of our Services, redirected to the side that gets all traffic. */
function turned(found: Route, canary: Canary, weights: Weights): Route {
  const { primaryName, canaryName } = canary.service;
  if (!found.services?.some(({ name }) => name === primaryName || name === canaryName)) return found;
  return { ...found, services: backends(canary, weights) };
}

function backends(canary: Canary, weights: Weights): readonly Backend[] {
  const { primaryName, canaryName } = canary.service;
  return [backend(canary, primaryName, weights.primary), backend(canary, canaryName, weights.canary)];
}

function retryPolicyOf({ attempts, perTryTimeout, retryOn }: NonNullable<Canary['service']['retries']>): object {
  return {
    count: attempts ?? RETRIES,
    ...(perTryTimeout ? { perTryTimeout } : {}),
    ...(retryOn ? { retryOn: retryOn.split(',').map((word) => word.trim()) } : {}),
  };
}

function divisionOf(found: Route | undefined, { service }: Canary): Weights | undefined {
  const weightOf = (wanted: string) => found?.services?.find(({ name }) => name === wanted)?.weight;
  const [primary, share] = [weightOf(service.primaryName), weightOf(service.canaryName)];
  return primary !== undefined && share !== undefined && primary + share === 100 ? canaryAt(share) : undefined;
}

interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
}

/** Contour reports it once it has generated Envoy's configuration from the last change. */
function isSettled(object: KubeObject): boolean | undefined {
  const { conditions = [] } = (object['status'] ?? {}) as { conditions?: readonly StatusCondition[] };
  const valid = conditions.find(({ type }) => type === 'Valid');
  if (valid?.observedGeneration === undefined) return undefined;
  return valid.status === 'True' && valid.observedGeneration >= (object.metadata.generation ?? 0);
}

function specOf(object: KubeObject | undefined): HttpProxySpec {
  return (object?.['spec'] ?? {}) as HttpProxySpec;
}
