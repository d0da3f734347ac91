import type { CanaryKey } from '../domain/identity.js';
import type { LeaseOwner, LeaseView, Renewal, Term } from '../kubernetes/lease.js';
import type { KubeObject } from '../kubernetes/object.js';
import { ownedBy } from '../kubernetes/objects/metadata.js';
import type { Tenure } from '../workflows/activities.js';
import type { CanaryView } from './canary.js';
import { keptSpec } from './canary.js';
import type { Dependencies } from './dependencies.js';

/** Who owns a Canary's Lease. */
export function leaseOwner(key: Pick<CanaryKey, 'namespace' | 'name'>, canary: KubeObject): LeaseOwner {
  const { apiVersion, kind } = canary;
  const owner = ownedBy({ apiVersion, kind, name: key.name, uid: canary.metadata.uid ?? '' });
  return { namespace: key.namespace, name: key.name, owner };
}

/** Whether somebody newer holds the Canary. A cache that hasn't heard of us yet says nothing. */
export function isFenced(lease: LeaseView | undefined, tenure: Tenure): boolean {
  return lease !== undefined && lease.fence.epoch > tenure.fence.epoch;
}

/** Renews the Lease where a third of its term is over, so that waiting and looking keep a release alive. */
export async function keepAlive(deps: Dependencies, view: CanaryView, tenure: Tenure): Promise<void> {
  const { lease } = view;
  if (tenure.lease.kind !== 'seconds') return;
  const spec = keptSpec(view);
  const news = spec !== undefined && lease?.spec !== spec;
  const left = (lease?.expiresAt ?? 0) - deps.now();
  if (!news && left > (tenure.lease.seconds * 1000 * 2) / 3 && left !== Infinity) return;
  await deps.leases.renew(leaseOwner(tenure.canary, view.object), tenure.fence, tenure.lease, { spec });
}

/**
 * For which term a batch of writes takes the Lease, and how it lets go of it. The Lease is released when all is done:
 * whoever dies before that is missed.
 */
export function termsOf(
  input: Tenure & { readonly observedGeneration: number; readonly observedApprovals?: string },
  leaseSeconds: number,
): { readonly term: Term; readonly release: Renewal | undefined } {
  if (input.lease.kind !== 'released') return { term: input.lease, release: undefined };
  const { observedGeneration, observedApprovals } = input;
  return {
    term: { kind: 'seconds', seconds: leaseSeconds },
    release: observedGeneration > 0 ? { observedGeneration, observedApprovals } : {},
  };
}
