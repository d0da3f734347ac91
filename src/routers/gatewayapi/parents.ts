import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../kube/object.js';
import type { Complaint } from '../shared/object-router.js';
import type { HttpRouteSpec } from './http-route.js';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
}

interface ParentStatus {
  readonly parentRef: { readonly name: string };
  readonly conditions?: readonly Condition[];
}

/** A Gateway's report on the route, if there is one. */
export interface Verdict {
  readonly parent: string;
  readonly status: string;
  readonly observed: number;
  readonly generation: number;
  /** It has accepted the current generation of the route. */
  readonly ready: boolean;
}

/** The reports of the Gateways that the route names. Missing ones, and reports by others, don't count. */
export function verdicts(route: KubeObject): readonly Verdict[] {
  const { parentRefs = [] } = (route['spec'] ?? {}) as HttpRouteSpec;
  const { parents = [] } = (route['status'] ?? {}) as { parents?: readonly ParentStatus[] };
  const generation = route.metadata.generation ?? 0;
  return parents
    .filter(({ parentRef }) => parentRefs.some((ref) => isDeepStrictEqual(ref, parentRef)))
    .flatMap(({ parentRef, conditions = [] }) => {
      const accepted = conditions.find(({ type }) => type === 'Accepted');
      if (!accepted) return [];
      const { status, observedGeneration: observed = 0 } = accepted;
      const ready = status === 'True' && observed >= generation;
      return [{ parent: parentRef.name, status, observed, generation, ready }];
    });
}

/** Weights that no Gateway has applied say nothing about what users meet. */
export function complaintOf(route: KubeObject): Complaint | undefined {
  const unready = verdicts(route).filter(({ ready }) => !ready);
  const refused = unready.find(({ status }) => status !== 'True') ?? unready[0];
  if (!refused) return undefined;
  const { parent, status, observed, generation } = refused;
  const { name, namespace } = route.metadata;
  const text = `HTTPRoute ${name}.${namespace} parent ${parent} is not ready (status: ${status}, observed generation: ${observed}, current generation: ${generation})`;
  return { text, late: status === 'True' };
}
