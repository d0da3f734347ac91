import type { Canary } from '../../crds/canary.js';
import type { Weights } from '../../domain/weights.js';
import { UserError } from '../../errors.js';
import type { KubeObject } from '../../kube/object.js';
import { apexObject } from '../shared/apex.js';
import type { Blueprint, Wish } from '../shared/object-router.js';
import { cookiesFor } from '../shared/cookies.js';
import { cookiesIn } from './affinity.js';
import { dividing, division, divisionIn, gatewaysOf } from './destinations.js';
import { httpRoutes, httpWeights } from './http.js';
import { specOf, VIRTUAL_SERVICES, type HttpRoute, type Route, type VirtualServiceSpec } from './objects.js';
import { keepingOriginal } from './original.js';

/**
 * The VirtualService with the service's name: its hosts, gateways and routes are ours. An existing one is taken over,
 * and its content is saved, to be restored later.
 */
export const virtualService: Blueprint = {
  provider: 'istio',
  type: VIRTUAL_SERVICES,
  name: (canary) => canary.service.name,
  takesOver: true,
  desired(wish) {
    const { canary, current } = wish;
    refuseContradictions(canary);
    const { hosts: _hosts, gateways: _gateways, http: _http, tcp: _tcp, ...others } = specOf(current);
    const spec: VirtualServiceSpec = { ...others, ...scopeOf(canary), ...routesOf(wish) };
    return keepingOriginal(canary, current, apexObject(canary, VIRTUAL_SERVICES, current, spec));
  },
  reweighed: withAll,
  weights(object, canary) {
    const { http = [], tcp = [] } = specOf(object);
    if (!isTcp(canary)) return httpWeights(http, canary);
    const weighted = dividing(tcp, canary.service);
    return weighted && divisionIn(weighted, canary.service);
  },
};

function routesOf({ canary, current, weights, fence }: Wish): VirtualServiceSpec {
  if (!isTcp(canary)) {
    const found = cookiesIn(specOf(current).http ?? [], canary);
    return { http: httpRoutes(canary, weights, cookiesFor(canary, weights, found, fence)) };
  }
  const ports = (canary.service.match ?? []).flatMap(({ port }) => (port === undefined ? [] : [{ port }]));
  return { tcp: [{ ...(ports.length > 0 ? { match: ports } : {}), route: division(canary, weights) }] };
}

/** The requests that the VirtualService is for; a delegate leaves that to the VirtualService that delegates to it. */
function scopeOf(canary: Canary): Pick<VirtualServiceSpec, 'hosts' | 'gateways'> {
  const { delegation, hosts, name } = canary.service;
  if (delegation) return {};
  const own = hosts.includes(name) || hosts.includes('*') ? [] : [name];
  return { hosts: [...hosts, ...own], gateways: gatewaysOf(canary) };
}

function isTcp({ service }: Canary): boolean {
  return service.appProtocol?.toLowerCase() === 'tcp';
}

function refuseContradictions(canary: Canary): void {
  const { service, analysis, namespace } = canary;
  if (service.delegation && (service.hosts.length > 0 || service.gateways.length > 0)) {
    throw new UserError(
      `VirtualService ${service.name}.${namespace} cannot have hosts and gateways when delegation enabled`,
    );
  }
  if (!isTcp(canary)) return;
  const asked = {
    match: analysis.match.length > 0,
    mirror: analysis.mirror,
    sessionAffinity: analysis.sessionAffinity !== undefined,
  };
  for (const [field, isAsked] of Object.entries(asked)) {
    if (!isAsked) continue;
    throw new UserError(
      `spec.analysis.${field}: with spec.service.appProtocol ${service.appProtocol} there are no requests to tell apart, remove one of the two`,
    );
  }
}

/** Every route to one of our Services leads to the side that gets all traffic, and mirroring ends. */
function withAll(current: KubeObject, canary: Canary, weights: Weights): KubeObject {
  const { primaryName, canaryName } = canary.service;
  const ours = [primaryName, canaryName];
  const turned = <R extends Route>(route: R): R =>
    route.route?.some(({ destination }) => ours.includes(destination.host))
      ? { ...route, route: division(canary, weights) }
      : route;
  const turnedHttp = ({ mirror: _mirror, mirrorPercentage: _share, ...route }: HttpRoute) => turned(route);
  const { http, tcp, ...others } = specOf(current);
  const spec: VirtualServiceSpec = {
    ...others,
    ...(http ? { http: http.map(turnedHttp) } : {}),
    ...(tcp ? { tcp: tcp.map(turned) } : {}),
  };
  return { ...current, spec };
}
