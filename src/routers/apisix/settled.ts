import type { KubeObject } from '../../kube/object.js';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
}

/** What controllers of line 2 write, each time they look at a route, and before their data plane has it. */
const ACCEPTED = 'Accepted';

/**
 * Whether APISIX has taken over an ApisixRoute, as far as its ingress controller says so.
 *
 * Line 1 writes `ResourcesAvailable` once the Admin API has the route, but only when the condition turns from True to
 * False or back: a True of an earlier generation says nothing, not even that something is amiss. Line 2 writes `Accepted`
 * with each generation once it has translated the route, and hands it to the data plane after that: a generation behind is
 * a no, the present one no more than a beginning.
 *
 * @returns undefined where it doesn't tell
 */
export function isRouteSettled(route: KubeObject): boolean | undefined {
  const { conditions } = (route['status'] ?? {}) as { conditions?: readonly Condition[] };
  const current = conditions?.filter((condition) => condition.observedGeneration !== undefined) ?? [];
  if (current.length === 0) return undefined;
  const generation = route.metadata.generation ?? 0;
  const isPresent = (condition: Condition) => (condition.observedGeneration ?? 0) >= generation;
  if (current.some(({ status }) => status === 'False')) return false;
  const accepted = current.find(({ type }) => type === ACCEPTED);
  if (accepted) return isPresent(accepted) ? undefined : false;
  return current.some(isPresent) ? true : undefined;
}
