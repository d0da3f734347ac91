import { FencedError, TransientError, type UserError } from '../errors.js';
import { isAnother, type Leases, type Renewal, type Tenant } from './lease.js';
import type { LeaseOwner, LeaseView } from './lease-object.js';
import { formatFence, isOlder, type Fence } from '../domain/decision/fence.js';
import type { LeaseTerm } from '../domain/decision/plan.js';
import { userErrorIn } from '../kube/refusals.js';

/**
 * How long a confirmed Lease counts as held, in milliseconds: objects with a fence annotation refuse late writers
 * themselves.
 */
const STAMPED_MS = 3_000;
/** For all other objects, whose only fence is the Lease: an ordinary batch is done by then. */
const UNSTAMPED_MS = 1_000;

/**
 * A writer's claim to a Canary: its fence, and the means to check that it still holds. A run makes all its writes by
 * its claim; objects without room for a fence annotation have no other fence.
 */
export interface Claim extends Fence {
  /**
   * Refuses a writer who has been overtaken. A recent confirmation counts for three seconds for objects with a fence
   * annotation, and for one second for others; after that it asks the API server.
   *
   * @param anew ask in any case: somebody else has written the object
   * @param isStamped the object has a fence annotation
   * @throws FencedError where a newer run has taken the Canary over
   * @throws TransientError where the Lease is gone: the next attempt creates it again, or is refused
   */
  confirm(anew: boolean, isStamped?: boolean): Promise<void>;
  /**
   * Call this where an object has a newer fence annotation than this claim. A Lease with an older epoch has been lost
   * in between and is updated, so that the next run gets an epoch beyond the annotation.
   */
  outrankedBy(stamp: Fence): Promise<void>;
}

/** A {@link Claim} by a Canary's Lease. */
export class LeaseClaim implements Claim {
  readonly epoch: number;
  readonly seq: number;
  private provenAt = -Infinity;
  /** The API server refuses to renew the Lease; where there is none, the annotations are the fence. */
  private unrenewed = false;

  /** @param monotonic milliseconds of a clock that never jumps */
  constructor(
    private readonly leases: Leases,
    private readonly owner: LeaseOwner,
    fence: Fence,
    private readonly tenant: Tenant = {},
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.epoch = fence.epoch;
    this.seq = fence.seq;
  }

  /** See {@link Leases.renew}. */
  async renew(term: LeaseTerm, renewal: Renewal = {}): Promise<void> {
    const began = this.monotonic();
    await this.leases.renew(this.owner, this, term, renewal, this.tenant);
    this.provenAt = began;
  }

  /**
   * Renews the Lease, as far as the API server allows. Where it doesn't, the claim still holds unless a newer run holds
   * the Canary: according to the unrenewed Lease, and where there is none to the fence annotations on the Canary's
   * objects.
   *
   * @returns what a user must fix before the Lease can be renewed
   * @throws FencedError where a newer run holds the Canary, or the newest can't be determined
   */
  async stand(term: LeaseTerm, renewal: Renewal = {}): Promise<UserError | undefined> {
    try {
      await this.renew(term, renewal);
      this.unrenewed = false;
      return undefined;
    } catch (error) {
      const refusal = userErrorIn(error);
      if (!refusal) throw error;
      this.unrenewed = true;
      await this.confirm(true);
      return refusal;
    }
  }

  async confirm(anew: boolean, isStamped = false): Promise<void> {
    const { namespace, name } = this.owner;
    const began = this.monotonic();
    const ask = anew || began - this.provenAt >= (isStamped ? STAMPED_MS : UNSTAMPED_MS);
    const view = await (ask ? this.freshest() : this.leases.view(namespace, name));
    if (view && (isOlder(this, view.fence) || isAnother(this.tenant, this, view))) {
      throw new FencedError(
        `a newer writer (${formatFence(view.fence)}, ${view.holder}) has taken ${name}.${namespace} over from ${formatFence(this)}`,
      );
    }
    if (!ask) return;
    // Epoch 0 is the claim of a writer that acts while there is no Lease.
    if (!view && this.epoch > 0) {
      if (!this.unrenewed) throw new TransientError(`the lease of ${name}.${namespace} is gone`);
      await this.leases.proveByStamps(this.owner, this, this.tenant);
    }
    this.provenAt = began;
  }

  /**
   * Whoever may go on without a Lease that can be written may do so without one that can be read: by what is known of it,
   * and by the stamps on the Canary's objects.
   */
  private async freshest(): Promise<LeaseView | undefined> {
    const { namespace, name } = this.owner;
    try {
      return await this.leases.fresh(namespace, name);
    } catch (error) {
      if (!this.unrenewed || !userErrorIn(error)) throw error;
      return this.leases.view(namespace, name);
    }
  }

  async outrankedBy(stamp: Fence): Promise<void> {
    try {
      await this.leases.learn(this.owner, stamp.epoch);
    } catch (error) {
      // The next run gets past the annotation by reading it; this one is fenced off in any case.
      if (!userErrorIn(error)) throw error;
    }
  }
}
