import type { CanaryKey } from '../domain/identity.js';
import { FencedError, type UserError } from '../errors.js';
import { LeaseClaim } from '../kubernetes/claim.js';
import { isStill } from '../kubernetes/lease.js';
import { isOlder } from '../domain/decision/fence.js';
import type { Renewal, Taking } from '../kubernetes/lease.js';
import type { LeaseOwner, LeaseView } from '../kubernetes/lease-object.js';
import type { Fence } from '../domain/decision/fence.js';
import type { LeaseTerm } from '../domain/decision/plan.js';
import type { KubeObject } from '../kube/object.js';
import { userErrorIn } from '../kube/refusals.js';
import { ownedBy } from '../kubernetes/objects/metadata.js';
import type { LeaseGuard } from '../workflows/activities.js';
import type { CanaryView, Reading } from './read.js';
import { keptSpec } from './read.js';
import type { Working } from './reading.js';
import { newestStamp as stampOf } from './stamps.js';

/** The owner of a Canary's Lease. */
export function leaseOwner(key: Pick<CanaryKey, 'namespace' | 'name'>, canary: KubeObject): LeaseOwner {
  const { apiVersion, kind } = canary;
  const owner = ownedBy({ apiVersion, kind, name: key.name, uid: canary.metadata.uid ?? '' });
  return { namespace: key.namespace, name: key.name, owner };
}

/** The claim of this guard's run; it creates a lost Lease again, if the run took it for this very Canary. */
export function claimOf(reading: Reading, { canary, fence, holder, uid }: LeaseGuard, view: CanaryView): LeaseClaim {
  const isTheirs = uid !== undefined && uid === view.object.metadata.uid;
  const newestStamp = isTheirs ? () => stampOf(reading, view, { fresh: true, known: fence.epoch }) : undefined;
  return new LeaseClaim(reading.leases, leaseOwner(canary, view.object), fence, { holder, newestStamp });
}

/** The claim of a process that acts while no run holds the Canary: void as soon as one takes it. */
export function vacancyOf({ leases }: Pick<Reading, 'leases'>, key: CanaryKey, view: CanaryView): LeaseClaim {
  return new LeaseClaim(leases, leaseOwner(key, view.object), view.lease?.fence ?? { epoch: 0, seq: 0 });
}

/** Whether a newer run holds the Canary. A cache that doesn't know our run yet says nothing. */
export function isFenced(lease: LeaseView | undefined, guard: LeaseGuard): boolean {
  return lease !== undefined && lease.fence.epoch > guard.fence.epoch;
}

/**
 * Renews the Lease before its remaining time falls below the promised one, so that waiting and observing keep a release
 * alive. An observation doesn't wait for a Lease that the API server refuses.
 *
 * @returns what a user must fix before it can be renewed
 * @throws FencedError where a newer run holds the Canary
 */
export async function keepAlive(deps: Working, view: CanaryView, guard: LeaseGuard): Promise<UserError | undefined> {
  const { lease } = view;
  const spec = keptSpec(view);
  if (!lease) {
    // Somebody has deleted it, whatever its term was: without it the dead-man's switch wouldn't notice the run's death.
    return claimOf(deps, guard, view).stand(guard.lease, { spec });
  }
  if (guard.lease.kind !== 'seconds') return undefined;
  const news = spec !== undefined && lease.spec !== spec;
  const left = lease.expiresAt - deps.now();
  const { seconds, renewBelow = (seconds * 2) / 3 } = guard.lease;
  if (!news && left > renewBelow * 1000 && left !== Infinity) return undefined;
  // An observation is no step: repeating one changes nothing.
  const fence =
    isOlder(lease.fence, guard.fence) && lease.fence.epoch === guard.fence.epoch ? lease.fence : guard.fence;
  return claimOf(deps, { ...guard, fence }, view).stand(guard.lease, { spec });
}

/** The holder after a takeover, and what keeps the Lease from recording it. */
export interface Taken {
  readonly fence: Fence;
  /** What a user must fix before the Lease can record it. */
  readonly refusal?: UserError;
}

/**
 * Takes a Canary over whose traffic must return to the primary, whether its Lease is writable or not. Where the API
 * server refuses that, the fence is one more than the Lease's, if there is one, and than every fence annotation's:
 * objects with it refuse every earlier writer.
 *
 * @throws FencedError where `taking.expected` no longer holds
 */
export async function takeOver(
  deps: Reading,
  view: CanaryView,
  by: { readonly owner: LeaseOwner; readonly holder: string; readonly term: LeaseTerm },
  taking: Taking,
): Promise<Taken> {
  const { leases } = deps;
  const { owner, holder, term } = by;
  try {
    return { fence: await leases.take(owner, holder, term, taking) };
  } catch (error) {
    const refusal = userErrorIn(error);
    if (!refusal) throw error;
    const lease = await leases.fresh(owner.namespace, owner.name);
    if (taking.expected && !isStill(taking.expected, lease))
      throw new FencedError(`the lease of ${owner.name}.${owner.namespace} has changed hands meanwhile`);
    const stamp = await stampOf(deps, view, { fresh: true, known: lease?.fence.epoch ?? 0 });
    return { fence: { epoch: Math.max(lease?.fence.epoch ?? 0, stamp?.epoch ?? 0) + 1, seq: 0 }, refusal };
  }
}

/**
 * The term of the Lease for a batch of writes, and its release. The Lease is released only when all is done: a run that
 * dies before that is noticed.
 */
export function termsOf(
  input: LeaseGuard & { readonly observedGeneration: number; readonly observedApprovals?: string },
  leaseSeconds: number,
): { readonly term: LeaseTerm; readonly release: Renewal | undefined } {
  if (input.lease.kind !== 'released') return { term: input.lease, release: undefined };
  const { observedGeneration, observedApprovals } = input;
  return {
    term: { kind: 'seconds', seconds: leaseSeconds },
    release: observedGeneration > 0 ? { observedGeneration, observedApprovals } : {},
  };
}
