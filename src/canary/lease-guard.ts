import type { CanaryKey } from '../domain/identity.js';
import { NamespaceEnding, type UserError } from '../errors.js';
import { LeaseClaim } from '../kubernetes/claim.js';
import { isOlder } from '../kubernetes/lease.js';
import type { LeaseOwner, LeaseView, Renewal, Term } from '../kubernetes/lease.js';
import type { KubeObject } from '../kube/object.js';
import { userErrorIn } from '../kube/refusals.js';
import { ownedBy } from '../kubernetes/objects/metadata.js';
import type { LeaseGuard } from '../workflows/activities.js';
import type { CanaryView, Reading } from './read.js';
import { keptSpec } from './read.js';
import type { Working } from './reading.js';
import { newestStamp as stampOf } from './stamps.js';

/** Who owns a Canary's Lease. */
export function leaseOwner(key: Pick<CanaryKey, 'namespace' | 'name'>, canary: KubeObject): LeaseOwner {
  const { apiVersion, kind } = canary;
  const owner = ownedBy({ apiVersion, kind, name: key.name, uid: canary.metadata.uid ?? '' });
  return { namespace: key.namespace, name: key.name, owner };
}

/** The claim of whoever has this guard; it makes a Lease again that was lost, if it took it for this very Canary. */
export function claimOf(reading: Reading, { canary, fence, holder, uid }: LeaseGuard, view: CanaryView): LeaseClaim {
  const isTheirs = uid !== undefined && uid === view.object.metadata.uid;
  const newestStamp = isTheirs ? () => stampOf(reading, view) : undefined;
  return new LeaseClaim(reading.leases, leaseOwner(canary, view.object), fence, { holder, newestStamp });
}

/** Whether somebody newer holds the Canary. A cache that hasn't heard of us yet says nothing. */
export function isFenced(lease: LeaseView | undefined, guard: LeaseGuard): boolean {
  return lease !== undefined && lease.fence.epoch > guard.fence.epoch;
}

/**
 * Renews the Lease before so much of it is over that the rest would be less than was promised, so that waiting and
 * looking keep a release alive.
 */
export async function keepAlive(deps: Working, view: CanaryView, guard: LeaseGuard): Promise<void> {
  const { lease } = view;
  const spec = keptSpec(view);
  if (!lease) {
    // Somebody has deleted it, whatever its term was: without it nobody would miss the run.
    await claimOf(deps, guard, view).renew(guard.lease, { spec });
    return;
  }
  if (guard.lease.kind !== 'seconds') return;
  const news = spec !== undefined && lease.spec !== spec;
  const left = lease.expiresAt - deps.now();
  const { seconds, renewBelow = (seconds * 2) / 3 } = guard.lease;
  if (!news && left > renewBelow * 1000 && left !== Infinity) return;
  // Looking is no step: one that is looked at twice is where it was.
  const fence =
    isOlder(lease.fence, guard.fence) && lease.fence.epoch === guard.fence.epoch ? lease.fence : guard.fence;
  await claimOf(deps, { ...guard, fence }, view).renew(guard.lease, { spec });
}

/**
 * Renews the Lease. Where the API server won't have that, and nobody newer holds the Canary, what comes next doesn't wait
 * for it. In a namespace that is ending the Lease never comes back: that is thrown.
 *
 * @returns what a person must mend before this is over
 * @throws FencedError where somebody newer holds the Canary
 */
export async function takeUp(fence: LeaseClaim, term: Term, renewal?: Renewal): Promise<UserError | undefined> {
  try {
    await fence.renew(term, renewal);
    return undefined;
  } catch (error) {
    const refusal = userErrorIn(error);
    if (!refusal || refusal instanceof NamespaceEnding) throw error;
    await fence.confirm(true);
    return refusal;
  }
}

/**
 * For which term a batch of writes takes the Lease, and how it lets go of it. The Lease is released when all is done:
 * whoever dies before that is missed.
 */
export function termsOf(
  input: LeaseGuard & { readonly observedGeneration: number; readonly observedApprovals?: string },
  leaseSeconds: number,
): { readonly term: Term; readonly release: Renewal | undefined } {
  if (input.lease.kind !== 'released') return { term: input.lease, release: undefined };
  const { observedGeneration, observedApprovals } = input;
  return {
    term: { kind: 'seconds', seconds: leaseSeconds },
    release: observedGeneration > 0 ? { observedGeneration, observedApprovals } : {},
  };
}
