import type { KubeObject } from '../../kube/object.js';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
}

/** Written by controllers of line 2 each time they process a route, before their data plane has it. */
const ACCEPTED = 'Accepted';

/**
 * Whether APISIX has applied an ApisixRoute, as far as its ingress controller reports that.
 *
 * Line 1 writes `ResourcesAvailable` once the Admin API has the route, but only when the condition turns from True to
 * False or back: a True of an earlier generation says nothing, not even that there is an error. Line 2 writes
 * `Accepted` with each generation once it has translated the route, and passes it to the data plane after that: an
 * older generation means no, the present one only that it has begun.
 *
 * @returns undefined where it isn't reported
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
