import type { Canary } from '../../crds/canary.js';
import type { Weights } from '../../domain/weights.js';
import { UserError } from '../../errors.js';
import type { KubeObject, ResourceType } from '../../kube/object.js';
import { isOurs } from '../../kubernetes/ownership.js';
import type { Blueprint } from '../shared/object-router.js';
import type { HttpRouteSpec, Rule } from './http-route.js';
import { complaintOf, verdicts } from './parents.js';
import { leadsToService, plain, shared, shareIn } from './shares.js';

/**
 * A users' own HTTPRoute, `spec.routeRef`: only the references to the service in its rules are changed, and only while
 * a canary is to have a share. Hosts, Gateways, matches, filters, timeouts and other rules are theirs.
 */
export function ownRoute(provider: string, type: ResourceType): Blueprint {
  return {
    provider,
    type,
    name: nameOf,
    takesOver: true,
    desired({ canary, current, weights }) {
      if (!current) throw new UserError(missing(canary, type));
      refuseGenerated(current, canary);
      const rules = rulesOf(current);
      if (!rules.some((rule) => leadsToService(rule, canary))) {
        throw new UserError(
          `backend ${canary.service.name} not found in HTTPRoute ${nameOf(canary)}.${canary.namespace}: one of its rules must lead to the Service ${canary.service.name} of that namespace, with a weight above 0`,
        );
      }
      return withRules(current, (rule) => (leadsToService(rule, canary) ? shared(rule, canary, weights) : rule));
    },
    reweighed: (current, canary, weights) => withRules(current, (rule) => weighed(rule, canary, weights)),
    weights(route, canary) {
      const ours = rulesOf(route).filter((rule) => leadsToService(rule, canary));
      return ours.map((rule) => shareIn(rule, canary)).sort((a, b) => b.canary - a.canary)[0];
    },
    complaint: complaintOf,
    isSettled(route) {
      const found = verdicts(route);
      return found.length === 0 ? undefined : found.every(({ ready }) => ready);
    },
    givenBack: (current, canary) => withRules(current, (rule) => plain(rule, canary)),
  };
}

function nameOf({ routeRef }: Canary): string {
  if (!routeRef) throw new UserError('route selector is empty, set spec.routeRef to the HTTPRoute');
  return routeRef.name;
}

function missing(canary: Canary, { plural, apiVersion }: ResourceType): string {
  const name = nameOf(canary);
  return `HTTPRoute ${name}.${canary.namespace} get query error: ${plural}.${apiVersion.split('/')[0]} "${name}" not found, create it or correct spec.routeRef.name`;
}

/** In a route that Serinus has generated for the Canary there is nothing that anybody else maintains. */
function refuseGenerated(route: KubeObject, { owner, name }: Canary): void {
  if (!isOurs(route, owner)) return;
  throw new UserError(
    `HTTPRoute ${route.metadata.name}.${route.metadata.namespace} has been made for Canary ${name} by an earlier spec and goes with it: write one of your own under another name`,
  );
}

/** A rollback is possible whatever is in the rule. */
function weighed(rule: Rule, canary: Canary, weights: Weights): Rule {
  if (weights.canary === 0) return plain(rule, canary);
  try {
    return leadsToService(rule, canary) ? shared(rule, canary, weights) : rule;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return rule;
  }
}

function rulesOf(route: KubeObject): readonly Rule[] {
  return ((route['spec'] ?? {}) as HttpRouteSpec).rules ?? [];
}

function withRules(route: KubeObject, change: (rule: Rule) => Rule): KubeObject {
  const spec = (route['spec'] ?? {}) as HttpRouteSpec;
  return spec.rules ? { ...route, spec: { ...spec, rules: spec.rules.map(change) } } : route;
}
