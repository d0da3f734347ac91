import { isOwnRoute } from '../traffic.js';
import { firstOf, type Rule } from './rule.js';

/** Rules for a users' own route, `spec.routeRef`. */

const API_GROUP = 'gateway.networking.k8s.io';

/** APISIX would not even find an HTTPRoute. */
export const routeFitsProvider: Rule = ({ provider: named, routeRef }, { defaultProvider }) => {
  const provider = named ?? defaultProvider;
  if (!routeRef) return undefined;
  if (provider === 'apisix' && routeRef.kind !== 'ApisixRoute') {
    return { field: 'spec.routeRef.kind', value: routeRef.kind, remedy: 'apisix goes by an ApisixRoute, name one' };
  }
  if (!isOwnRoute(provider, routeRef) || routeRef.apiVersion.startsWith(`${API_GROUP}/`)) return undefined;
  const remedy = `use ${API_GROUP}/${provider.split(':')[1] ?? 'v1'}`;
  return { field: 'spec.routeRef.apiVersion', value: routeRef.apiVersion, remedy };
};

/** In a rule of the users' own only weights can be changed; anything else would need rules of ours among theirs. */
export const ownRouteIsWeighed: Rule = ({ provider: named, routeRef, analysis }, { defaultProvider }) => {
  if (!isOwnRoute(named ?? defaultProvider, routeRef)) return undefined;
  const asked = {
    match: (analysis.match ?? []).length > 0,
    mirror: analysis.mirror === true,
    sessionAffinity: analysis.sessionAffinity !== undefined,
  };
  return firstOf(['match', 'mirror', 'sessionAffinity'] as const, (part) =>
    asked[part]
      ? {
          field: `spec.analysis.${part}`,
          value: analysis[part],
          remedy:
            'in an HTTPRoute of your own only weights are changed: remove it, or remove spec.routeRef and name spec.service.gatewayRefs',
        }
      : undefined,
  );
};

/** The service, to which the users' rules lead, would be the new version from the start. */
export const ownRouteLeadsToPrimary: Rule = ({ provider: named, routeRef, targetRef }, { defaultProvider }) => {
  if (targetRef.kind !== 'Service' || !isOwnRoute(named ?? defaultProvider, routeRef)) return undefined;
  const remedy = `a route of your own leads users to the Service ${targetRef.name} itself, so that its change would reach all of them at once: remove it and name spec.service.gatewayRefs`;
  return { field: 'spec.routeRef', value: routeRef, remedy };
};
