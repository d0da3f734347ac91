import { FencedError, NamespaceEnding, RefusedError } from '../errors.js';
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

/** The holder that renews a Lease, as far as it is known. */
export interface Tenant {
  /** Its name when it took the Lease; without one only its epoch is checked. */
  readonly holder?: string | undefined;
  /**
   * The newest fence annotation on the Canary's objects, for a Lease that was deleted: its holder creates it again,
   * unless a newer run was here. Absent for processes that may not do that.
   */
  readonly newestStamp?: (() => Promise<Fence | undefined>) | undefined;
}

const ATTEMPTS = 5;

/**
 * The Leases of Canaries: one each, which holds the fencing token and is the heartbeat of a release. All changes are
 * compare-and-swap on the Lease's version.
 */
export class Leases {
  constructor(
    private readonly cache: ClusterCache,
    private readonly now: () => number = Date.now,
  ) {}

  /** From the cache; from the API server where Leases may not be listed. */
  async view(namespace: string, canary: string): Promise<LeaseView | undefined> {
    const lease = await this.known(namespace, canary);
    return lease && viewOf(lease);
  }

  /** From the API server, for callers that act on what the cache shows. */
  async fresh(namespace: string, canary: string): Promise<LeaseView | undefined> {
    const lease = await this.cache.getFresh(LEASES, namespace, leaseName(canary));
    return lease && viewOf(lease);
  }

  /**
   * Takes the Canary over: raises the epoch, unless this holder already has it (an activity that runs twice).
   *
   * @param taking.spec the spec that the run follows
   * @param taking.expected take it only while it is as seen here; for a process that acts because it expired
   * @param taking.stamp the newest fence annotation on the Canary's objects: the new epoch is beyond it, even where the
   *   Lease lacks it because it was deleted, or restored from an old backup
   * @param taking.retreat what that process is about to do; kept for the run that it fences off
   * @throws FencedError where `expected` no longer holds
   * @throws NamespaceEnding where no Lease can be created any more
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
   * Renews the Lease before a batch of effects, and so checks that the writer still holds it.
   *
   * @param renewal.observedGeneration set when the run has handled that generation of the Canary
   * @param renewal.observedApprovals set when the run has handled these approvals of the Canary
   * @param renewal.spec set when the run follows another spec now
   * @param renewal.retreat set when the dead-man's switch has rolled back
   * @param renewal.repairs set when drift has been corrected
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
      // A cache that lags behind another writer proves nothing.
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
   * While there is no Lease, the fence annotations on the Canary's objects show which run is newest. The holder of a
   * deleted Lease creates it again: no other process would, and without it the dead-man's switch wouldn't notice the
   * run's death.
   *
   * @throws FencedError where the annotations show a newer run, or the former holder is unknown
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
   * Raises the Lease's epoch to that of a fence annotation on one of the Canary's objects, where the Lease was deleted
   * or restored from an old backup. Its holder loses it.
   */
  async learn(owner: LeaseOwner, epoch: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.read(owner, attempt);
      const view = current && viewOf(current);
      if (!view || view.fence.epoch >= epoch) return;
      const { holder, observedGeneration: observed, observedApprovals: approvals } = view;
      // One more than that, so that it belongs to no run: the holder may take the Lease again under its own name.
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
    // The cache is good enough for the first attempt: its version guards the write. After a conflict it isn't.
    if (attempt > 0) return this.cache.getFresh(LEASES, owner.namespace, name);
    return (await this.known(owner.namespace, owner.name)) ?? this.cache.getFresh(LEASES, owner.namespace, name);
  }

  /** Without its Lease nobody could be told of a Canary what keeps the Leases from being listed. */
  private async known(namespace: string, canary: string): Promise<KubeObject | undefined> {
    const name = leaseName(canary);
    try {
      return await this.cache.get(LEASES, namespace, name);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return this.cache.getFresh(LEASES, namespace, name);
    }
  }

  /** @returns whether it was written; false where another writer was quicker */
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

/** The content with which a Lease is taken. */
export interface Taking {
  readonly spec?: string | undefined;
  readonly expected?: LeaseView | 'missing' | undefined;
  readonly stamp?: Fence | undefined;
  readonly retreat?: LeaseRetreat | undefined;
}

/** Whether a Lease is still as it was seen. */
export function isStill(expected: LeaseView | 'missing', view: LeaseView | undefined): boolean {
  if (expected === 'missing' || !view) return expected === 'missing' && !view;
  return view.holder === expected.holder && view.expiresAt === expected.expiresAt;
}

/** Two takers can only have the same epoch where the Lease was lost in between. A released Lease has no holder. */
export function isAnother({ holder }: Tenant, fence: Fence, view: LeaseView): boolean {
  return holder !== undefined && view.fence.epoch === fence.epoch && view.holder !== '' && view.holder !== holder;
}
