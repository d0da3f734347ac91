import type { Client } from '@temporalio/client';
import type { Dependencies } from '../activities/dependencies.js';
import { callHooks } from '../activities/call-hooks.js';
import { readCanary, type CanaryView } from '../activities/canary.js';
import { policyIn } from '../activities/policy.js';
import { rollBack } from '../activities/rollback.js';
import { tellWithoutTemporal } from '../activities/tell.js';
import { leaseOwner } from '../activities/tenure.js';
import { parseStatus } from '../crds/status.js';
import type { CanaryKey } from '../domain/identity.js';
import { raisedBefore } from '../domain/initial.js';
import { noticesOfRetreat } from '../domain/notices.js';
import { isActive } from '../domain/phases.js';
import { FencedError, messageOf } from '../errors.js';
import { LEASE_LABEL, LEASE_MANAGER, viewOf, type LeaseView } from '../kubernetes/lease.js';
import { LEASES } from '../kubernetes/object.js';
import { workflowIdOf } from '../workflows/contract.js';

const CHECK_MS = 1_000;
const PROBE_MS = 3_000;
/** Begins the Lease's holder while a switch acts. */
const HOLDER = 'deadman/';

/** A rollback that this switch has carried out. */
interface Retreat {
  readonly reason: string;
  readonly servedBy: 'primary' | 'canary';
  readonly origin: string;
}

interface Sight {
  readonly version: string | undefined;
  /** By this process's own clock: the clock of whoever wrote the Lease may differ. */
  readonly seenAt: number;
}

/**
 * The dead-man's switch: when a release's Lease runs out and Temporal can't be reached, or nobody acts for one more
 * term, it takes the Lease and rolls back by itself. Needs the Kubernetes API and nothing else.
 *
 * Any number of these may run: taking the Lease is a compare-and-swap, one of them wins.
 */
export class DeadMansSwitch {
  private readonly seen = new Map<string, Sight>();
  private readonly acting = new Set<string>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly deps: Dependencies,
    private readonly temporal: Client,
    private readonly identity: string,
  ) {}

  async start(): Promise<void> {
    await this.deps.cache.synced(LEASES);
    this.timer = setInterval(() => void this.check(), CHECK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.stopping.abort();
  }

  private async check(): Promise<void> {
    const store = await this.deps.cache.synced(LEASES);
    const now = this.deps.now();
    for (const lease of store.list(this.deps.settings.namespace)) {
      if (lease.metadata.labels?.[LEASE_LABEL] !== LEASE_MANAGER) continue;
      const view = viewOf(lease);
      const key = `${view.namespace}/${view.canary}`;
      const known = this.seen.get(key);
      if (known === undefined || known.version !== lease.metadata.resourceVersion) {
        this.seen.set(key, { version: lease.metadata.resourceVersion, seenAt: now });
        continue;
      }
      const overdue = now - known.seenAt - view.durationMs;
      if (view.expiresAt === Infinity || overdue <= 0 || this.acting.has(key)) continue;
      this.acting.add(key);
      void this.consider(view, overdue).finally(() => this.acting.delete(key));
    }
  }

  private async consider(lease: LeaseView, overdueMs: number): Promise<void> {
    const canary: CanaryKey = {
      cluster: this.deps.settings.clusterName,
      namespace: lease.namespace,
      name: lease.canary,
    };
    const fields = { canary: `${canary.name}.${canary.namespace}` };
    try {
      const view = await readCanary(this.deps, canary);
      // While a Canary is initialised its target serves everybody, and at rest nothing is shifted.
      if (!view || !isActive(parseStatus(view.object['status']).phase)) return;
      const alive = await this.temporalAnswers(canary);
      if (alive && overdueMs < lease.durationMs) return;
      const why = alive ? 'nobody has looked after it' : 'Temporal cannot be reached';
      this.deps.log.warn(
        fields,
        `its lease has run out ${Math.round(overdueMs / 1000)} s ago and ${why}: rolling back`,
      );
      await this.act(canary, lease, why);
    } catch (error) {
      // Another switch was quicker, or the release has come back to life.
      if (error instanceof FencedError) return;
      this.deps.log.error(fields, `the dead-man's switch failed, it will try again: ${messageOf(error)}`);
    }
  }

  private async act(canary: CanaryKey, lease: LeaseView, why: string): Promise<void> {
    const view = await readCanary(this.deps, canary, true);
    if (!view) return;
    const owner = leaseOwner(canary, view.object);
    const term = { kind: 'seconds', seconds: this.deps.settings.leaseSeconds } as const;
    // One that died in the middle has left whose release it is.
    const of = lease.holder.startsWith(HOLDER) ? (lease.retreat?.of ?? lease.fence.epoch) : lease.fence.epoch;
    const fence = await this.deps.leases.take(owner, `${HOLDER}${this.identity}`, term, undefined, lease, { of });
    const seconds = Math.round(lease.durationMs / 1000);
    const reason = `Rolling back ${canary.name}.${canary.namespace} no sign of its workflow for ${seconds} s and ${why}`;
    const { servedBy } = await rollBack(
      this.deps,
      {
        canary,
        fence: { epoch: fence.epoch, seq: 1 },
        lease: { kind: 'released' },
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
    // People learn of it as of any rollback, but nothing else of this switch waits for that.
    void this.tell(canary, view, { reason, servedBy, origin: `deadman.${view.object.metadata.uid}.${fence.epoch}` });
  }

  private async tell(canary: CanaryKey, { object, canary: spec }: CanaryView, retreat: Retreat): Promise<void> {
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
      tellWithoutTemporal(this.deps, canary, origin, notices, signal),
    ]);
    for (const result of results) {
      if (result.status === 'fulfilled' || signal.aborted) continue;
      this.deps.log.error(
        { canary: `${canary.name}.${canary.namespace}` },
        `somebody was not told of the rollback: ${messageOf(result.reason)}`,
      );
    }
  }

  private async temporalAnswers(canary: CanaryKey): Promise<boolean> {
    try {
      await this.temporal.withDeadline(Date.now() + PROBE_MS, () =>
        this.temporal.workflow.getHandle(workflowIdOf(canary)).describe(),
      );
      return true;
    } catch (error) {
      // "There is no such workflow" is an answer, too.
      return messageOf(error).includes('not found');
    }
  }
}
