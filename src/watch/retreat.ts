import type { Dependencies } from '../dependencies.js';
import { callHooks } from '../activities/call-hooks.js';
import { readCanary, type CanaryView } from '../canary/read.js';
import { policyIn } from '../canary/policy.js';
import { takeHome } from '../activities/rollback.js';
import { newestStamp } from '../canary/stamps.js';
import { notifyWithoutTemporal } from '../notifications/without-temporal.js';
import { leaseOwner, takeOver } from '../canary/lease-guard.js';
import { parseStatus } from '../crds/status.js';
import type { CanaryKey } from '../domain/identity.js';
import { raisedBefore } from '../domain/initial.js';
import { noticesOfRetreat } from '../domain/notices/notices.js';
import { messageOf, type UserError } from '../errors.js';
import type { LeaseView } from '../kubernetes/lease-object.js';
import type { Fence } from '../domain/decision/fence.js';
import { inBackground } from '../background.js';

/** Prefix of the Lease's holder while a switch acts. */
const HOLDER = 'deadman/';
/** Stands for a Lease, and its version, that somebody has deleted. */
export const MISSING = 'missing';

/** Whether a switch holds the Lease: it rolls back, or has died doing so. */
export function isSwitchs(lease: LeaseView | typeof MISSING): boolean {
  return lease !== MISSING && lease.holder.startsWith(HOLDER);
}

/** A rollback that this switch has carried out. */
interface Retreat {
  readonly reason: string;
  readonly servedBy: 'primary' | 'canary';
  readonly origin: string;
}

/** How the dead-man's switch returns traffic to the primary: only with the Kubernetes API. */
export class Retreats {
  private readonly stopping = new AbortController();

  constructor(
    private readonly deps: Dependencies,
    private readonly identity: string,
  ) {}

  stop(): void {
    this.stopping.abort();
  }

  /**
   * Takes the Lease and rolls back.
   *
   * @param lease as seen at the decision; a process that has taken it since wins
   * @param why how long the run has been silent, and the reason
   * @returns what a user must fix before the Lease can record it
   * @throws FencedError where another process was quicker
   */
  async rollBack(canary: CanaryKey, lease: LeaseView | typeof MISSING, why: string): Promise<UserError | undefined> {
    const view = await readCanary(this.deps, canary, true);
    if (!view) return undefined;
    const owner = leaseOwner(canary, view.object);
    const term = { kind: 'seconds', seconds: this.deps.settings.leaseSeconds } as const;
    const holder = `${HOLDER}${this.identity}`;
    const stamp = await newestStamp(this.deps, view, { fresh: false });
    const of = releaseOf(lease, stamp);
    const taking = { expected: lease, stamp, retreat: { of } };
    const { fence } = await takeOver(this.deps, view, { owner, holder, term }, taking);
    const reason = `Rolling back ${canary.name}.${canary.namespace} no sign of its workflow ${why}`;
    const { servedBy, refusal } = await takeHome(
      this.deps,
      {
        canary,
        fence: { epoch: fence.epoch, seq: 1 },
        lease: { kind: 'released' },
        holder,
        uid: view.object.metadata.uid,
        before: [],
        reason,
        status: undefined,
        at: this.deps.now(),
        observedGeneration: view.object.metadata.generation ?? 0,
        of,
      },
      new AbortController().signal,
    );
    this.deps.meters.rolledBack('deadman');
    // People are notified as of any rollback, but nothing else of this switch waits for that.
    const origin = `deadman.${view.object.metadata.uid}.${fence.epoch}`;
    inBackground(this.deps.log, `${canary.name}.${canary.namespace}: who is to hear of its rollback`, () =>
      this.notify(canary, view, { reason, servedBy, origin }),
    );
    return refusal;
  }

  private async notify(canary: CanaryKey, { object, canary: spec }: CanaryView, retreat: Retreat): Promise<void> {
    const { origin, reason, servedBy } = retreat;
    const { phase, lastAppliedSpec: hash, trackedConfigs: configs } = parseStatus(object['status']);
    const before = {
      canary,
      phase,
      weight: 0,
      policy: spec && policyIn(this.deps, spec),
      applied: { hash, configs },
      stranded: servedBy === 'canary',
      gate: undefined,
      ending: undefined,
      raised: raisedBefore(phase),
    };
    const failed = { ...before, phase: 'Failed', ending: { kind: 'rolled-back', reason } } as const;
    const notices = noticesOfRetreat(before, failed, reason, this.deps.now());
    const { signal } = this.stopping;
    const results = await Promise.allSettled([
      callHooks(this.deps, { canary, type: 'post-rollout', phase: 'Failed', origin }, signal),
      notifyWithoutTemporal(this.deps, canary, origin, notices, signal),
    ]);
    for (const result of results) {
      if (result.status === 'fulfilled' || signal.aborted) continue;
      this.deps.log.error(
        { canary: `${canary.name}.${canary.namespace}` },
        `somebody was not notified of the rollback: ${messageOf(result.reason)}`,
      );
    }
  }
}

/** The epoch of the release that is rolled back; a switch that died in between has left it in the Lease. */
function releaseOf(lease: LeaseView | typeof MISSING, stamp: Fence | undefined): number {
  if (lease === MISSING) return stamp?.epoch ?? 0;
  return isSwitchs(lease) ? (lease.retreat?.of ?? lease.fence.epoch) : lease.fence.epoch;
}
