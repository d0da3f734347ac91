import { FencedError, NamespaceEnding } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import { KubeError } from '../kube/kube-error.js';
import type { LeaseTerm } from '../domain/decision/plan.js';
import { formatFence, isOlder, type Fence } from '../domain/decision/fence.js';
import type { KubeObject } from '../kube/object.js';
import { LEASES } from '../kube/object.js';
import {
  leaseName,
  leaseObject,
  termOf,
  viewOf,
  type LeaseContent,
  type LeaseOwner,
  type LeaseView,
} from './lease-object.js';
import type { LeaseRetreat } from './retreat.js';

export interface Renewal {
  readonly observedGeneration?: number;
  readonly observedApprovals?: string | undefined;
  readonly spec?: string | undefined;
  readonly retreat?: LeaseRetreat | undefined;
  readonly repairs?: string | undefined;
}

/** Who renews a Lease, as far as that is known. */
export interface Tenant {
  /** As it took the Lease; whoever doesn't say is believed by its epoch alone. */
  readonly holder?: string | undefined;
  /**
   * The newest stamp on the Canary's objects, for a Lease that was deleted: its holder makes it again, unless somebody
   * newer has been here. Absent for whoever may not do that.
   */
  readonly newestStamp?: (() => Promise<Fence | undefined>) | undefined;
}

const ATTEMPTS = 5;

/**
 * The Leases of Canaries: one each, which is both the fencing token's home and the heartbeat of a release.
 * All changes are compare-and-swap on the Lease's version.
 */
export class Leases {
  constructor(
    private readonly cache: ClusterCache,
    private readonly now: () => number = Date.now,
  ) {}

  /** From the cache. */
  async view(namespace: string, canary: string): Promise<LeaseView | undefined> {
    const lease = await this.cache.get(LEASES, namespace, leaseName(canary));
    return lease && viewOf(lease);
  }

  /** From the API server, for whoever acts on what the cache shows. */
  async fresh(namespace: string, canary: string): Promise<LeaseView | undefined> {
    const lease = await this.cache.getFresh(LEASES, namespace, leaseName(canary));
    return lease && viewOf(lease);
  }

  /**
   * Takes the Canary over: raises the epoch, unless this holder already has it (an activity that runs twice).
   *
   * @param taking.spec the spec that the run goes by
   * @param taking.expected take it only while it is as seen here; for somebody who acts because it expired
   * @param taking.stamp the newest that stands on the Canary's objects: the new epoch is past it, also where the Lease
   *   knows nothing of it, because it was deleted or is an old one that somebody has restored
   * @param taking.retreat what that somebody is about to do; left for the run that it shuts out
   * @throws FencedError where `expected` doesn't hold any more
   * @throws NamespaceEnding where there can be no Lease any more
   */
  async take(owner: LeaseOwner, holder: string, term: LeaseTerm, taking: Taking = {}): Promise<Fence> {
    const { spec, expected, stamp, retreat } = taking;
    for (let attempt = 0; ; attempt += 1) {
      const current = await this.read(owner, attempt);
      const view = current && viewOf(current);
      const known = Math.max(view?.fence.epoch ?? 0, stamp?.epoch ?? 0);
      if (view?.holder === holder && view.fence.epoch === known) return view.fence;
      if (expected && !isStill(expected, view)) {
        throw new FencedError(`the lease of ${owner.name}.${owner.namespace} has changed hands meanwhile`);
      }
      const fence = { epoch: known + 1, seq: 0 };
      const observed = view?.observedGeneration ?? 0;
      const approvals = view?.observedApprovals ?? '';
      const content = { holder, fence, term, observed, approvals, spec, retreat };
      if (await this.write(owner, current, content, attempt)) return fence;
    }
  }

  /**
   * Renews the Lease before a batch of effects, and so finds out whether the writer still has a say.
   *
   * @param renewal.observedGeneration set when the run has dealt with that generation of the Canary
   * @param renewal.observedApprovals set when the run has dealt with these approvals of the Canary
   * @param renewal.spec set when the run goes by another spec now
   * @param renewal.retreat set when the dead-man's switch has rolled back
   * @param renewal.repairs set when something generated has been put right
   * @throws FencedError where a newer run, or a newer batch of this run, has been here
   */
  async renew(
    owner: LeaseOwner,
    fence: Fence,
    term: LeaseTerm,
    renewal: Renewal = {},
    tenant: Tenant = {},
  ): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const current = await this.read(owner, attempt);
      const view = current && viewOf(current);
      // A cache that hasn't seen yet what was written elsewhere is no proof of anything.
      if (attempt === 0 && (view?.fence.epoch ?? 0) < fence.epoch) continue;
      if (!view) await this.proveByStamps(owner, fence, tenant);
      else if (isOlder(fence, view.fence) || isAnother(tenant, fence, view)) {
        throw new FencedError(
          `a newer writer (${formatFence(view.fence)}, ${view.holder}) has taken ${owner.name}.${owner.namespace} over from ${formatFence(fence)}`,
        );
      }
      const holder = term.kind === 'released' ? '' : (tenant.holder ?? view?.holder ?? '');
      const observed = renewal.observedGeneration ?? view?.observedGeneration ?? 0;
      const approvals = renewal.observedApprovals ?? view?.observedApprovals ?? '';
      const { spec, retreat, repairs } = renewal;
      const content = { holder, fence, term, observed, approvals, spec, retreat, repairs };
      if (await this.write(owner, current, content, attempt)) return;
    }
  }

  /**
   * While there is no Lease, the stamps on the Canary's objects tell who is newest. Whoever held a Lease that somebody has
   * deleted makes it again: nobody else has a reason to, and without it nobody would miss the run.
   *
   * @throws FencedError where the stamps tell of somebody newer, or nobody knows who held it
   */
  async proveByStamps({ name, namespace }: LeaseOwner, fence: Fence, tenant: Tenant): Promise<void> {
    if (!tenant.newestStamp || tenant.holder === undefined)
      throw new FencedError(`the lease of ${name}.${namespace} is gone`);
    const stamp = await tenant.newestStamp();
    if (!stamp || !isOlder(fence, stamp)) return;
    throw new FencedError(
      `the lease of ${name}.${namespace} is gone, and a newer writer (${formatFence(stamp)}) has been here since ${formatFence(fence)}`,
    );
  }

  /**
   * Lets the Lease know of an epoch that stands on an object of the Canary, where it knows of older ones only: it was
   * deleted, or restored from a time before. Whoever holds it holds it no more.
   */
  async learn(owner: LeaseOwner, epoch: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.read(owner, attempt);
      const view = current && viewOf(current);
      if (!view || view.fence.epoch >= epoch) return;
      const { holder, observedGeneration: observed, observedApprovals: approvals } = view;
      // One more, so that it is nobody's: its holder may take it anew under its own name.
      const fence = { epoch: epoch + 1, seq: 0 };
      if (
        await this.write(
          owner,
          current,
          { holder, fence, term: termOf(view), observed, approvals, spec: undefined, retreat: undefined },
          attempt,
        )
      )
        return;
    }
  }

  private async read(owner: LeaseOwner, attempt: number): Promise<KubeObject | undefined> {
    const name = leaseName(owner.name);
    // The cache is good enough to try with: the version in it guards the write. After a conflict it isn't.
    if (attempt > 0) return this.cache.getFresh(LEASES, owner.namespace, name);
    return (await this.cache.get(LEASES, owner.namespace, name)) ?? this.cache.getFresh(LEASES, owner.namespace, name);
  }

  /** @returns whether it was written; false = somebody else was quicker */
  private async write(
    owner: LeaseOwner,
    current: KubeObject | undefined,
    content: LeaseContent,
    attempt: number,
  ): Promise<boolean> {
    const lease = leaseObject(owner, current, content, this.now());
    try {
      const written = current
        ? await this.cache.client.replace(LEASES, lease)
        : await this.cache.client.create(LEASES, lease);
      this.cache.remember(LEASES, written);
      return true;
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.namespaceEnding) throw new NamespaceEnding(error.message);
      const raced = error.conflict || error.alreadyExists || (error.notFound && current !== undefined);
      if (!raced || attempt >= ATTEMPTS) throw error;
      return false;
    }
  }
}

/** With what a Lease is taken. */
export interface Taking {
  readonly spec?: string | undefined;
  readonly expected?: LeaseView | 'missing' | undefined;
  readonly stamp?: Fence | undefined;
  readonly retreat?: LeaseRetreat | undefined;
}

/** Whether a Lease is as it was seen. */
export function isStill(expected: LeaseView | 'missing', view: LeaseView | undefined): boolean {
  if (expected === 'missing' || !view) return expected === 'missing' && !view;
  return view.holder === expected.holder && view.expiresAt === expected.expiresAt;
}

/** Two takers can only have the same epoch where the Lease was lost in between. A released Lease has no holder. */
export function isAnother({ holder }: Tenant, fence: Fence, view: LeaseView): boolean {
  return holder !== undefined && view.fence.epoch === fence.epoch && view.holder !== '' && view.holder !== holder;
}
