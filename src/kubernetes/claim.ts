import { FencedError, TransientError, type UserError } from '../errors.js';
import { isAnother, type Leases, type Renewal, type Tenant } from './lease.js';
import type { LeaseOwner } from './lease-object.js';
import { formatFence, isOlder, type Fence } from '../domain/decision/fence.js';
import type { LeaseTerm } from '../domain/decision/plan.js';
import { userErrorIn } from '../kube/refusals.js';

/** How long it counts as known that the Lease is held, in milliseconds: objects that bear a stamp refuse late writers themselves. */
const STAMPED_MS = 3_000;
/** For all others, whose only fence is the Lease: an ordinary batch is done by then. */
const UNSTAMPED_MS = 1_000;

/**
 * A writer's claim to a Canary: its fence, and the means to find out whether that still stands. Whatever a run writes,
 * it writes by its claim; objects that have no room for a stamp have no other fence.
 */
export interface Claim extends Fence {
  /**
   * Refuses a writer who has been overtaken. Goes by what is cached where the last proof is young, three seconds for what
   * bears a stamp and one second for what doesn't; asks the API server after that.
   *
   * @param anew ask in any case: somebody else has written what was to be written
   * @param isStamped what is to be written bears a stamp
   * @throws FencedError where somebody newer has taken the Canary over
   * @throws TransientError where the Lease is gone: the next attempt makes it again, or is refused
   */
  confirm(anew: boolean, isStamped?: boolean): Promise<void>;
  /**
   * To be called where an object bears a newer stamp than this. A Lease that knows less than the stamp has been lost in
   * between, and learns of it, so that whoever takes the Canary next gets past it.
   */
  outrankedBy(stamp: Fence): Promise<void>;
}

/** A {@link Claim} by a Canary's Lease. */
export class LeaseClaim implements Claim {
  readonly epoch: number;
  readonly seq: number;
  private provenAt = -Infinity;
  /** The API server won't have the Lease renewed; where there is none, the stamps are the fence. */
  private unrenewed = false;

  /** @param monotonic milliseconds that go on whatever happens to the clock */
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
   * Renews the Lease, as far as the API server lets it be. Where it doesn't, the claim stands all the same, unless somebody
   * newer holds the Canary: by the Lease as it is, and where there is none by the stamps on the Canary's objects.
   *
   * @returns what a person must mend before it can be renewed
   * @throws FencedError where somebody newer holds the Canary, or none can be told from the others
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
    const view = await (ask ? this.leases.fresh(namespace, name) : this.leases.view(namespace, name));
    if (view && (isOlder(this, view.fence) || isAnother(this.tenant, this, view))) {
      throw new FencedError(
        `a newer writer (${formatFence(view.fence)}, ${view.holder}) has taken ${name}.${namespace} over from ${formatFence(this)}`,
      );
    }
    if (!ask) return;
    // Epoch 0 is the claim of somebody who acts while there is no Lease.
    if (!view && this.epoch > 0) {
      if (!this.unrenewed) throw new TransientError(`the lease of ${name}.${namespace} is gone`);
      await this.leases.proveByStamps(this.owner, this, this.tenant);
    }
    this.provenAt = began;
  }

  async outrankedBy(stamp: Fence): Promise<void> {
    try {
      await this.leases.learn(this.owner, stamp.epoch);
    } catch (error) {
      // Whoever comes next gets past the stamp by the stamp itself; this one is shut out in any case.
      if (!userErrorIn(error)) throw error;
    }
  }
}
