import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Dependencies } from '../dependencies.js';
import { callHooks } from '../activities/call-hooks.js';
import { readCanary, type CanaryView } from '../canary/read.js';
import { policyIn } from '../canary/policy.js';
import { rollBack } from '../activities/rollback.js';
import { newestStamp } from '../canary/stamps.js';
import { tellWithoutTemporal } from '../notifications/without-temporal.js';
import { leaseOwner } from '../canary/lease-guard.js';
import { parseStatus } from '../crds/status.js';
import type { CanaryKey } from '../domain/identity.js';
import { raisedBefore } from '../domain/initial.js';
import { noticesOfRetreat } from '../domain/notices/notices.js';
import { patienceOf } from '../domain/silence.js';
import { isActive } from '../domain/phases.js';
import { FencedError, messageOf } from '../errors.js';
import { recordEvent } from '../kubernetes/events.js';
import { LEASE_LABEL, LEASE_MANAGER, viewOf, type Fence, type LeaseView } from '../kubernetes/lease.js';
import { CANARIES, LEASES } from '../kubernetes/object.js';
import { userErrorIn } from '../kubernetes/refusals.js';
import { workflowIdOf } from '../workflows/contract.js';

const CHECK_MS = 1_000;
const PROBE_MS = 3_000;
/** Before the second look: as long as the connection takes at most to notice that Temporal is back, and a run to renew. */
const ONCE_MORE_MS = 3_000;
/** Begins the Lease's holder while a switch acts. */
const HOLDER = 'deadman/';
/** In place of a Lease, and of its version, where somebody has deleted it. */
const MISSING = 'missing';

/** A rollback that this switch has carried out. */
interface Retreat {
  readonly reason: string;
  readonly servedBy: 'primary' | 'canary';
  readonly origin: string;
}

/** A Canary whose run may fall silent. */
interface Watched {
  readonly namespace: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly lease: LeaseView | typeof MISSING;
  readonly durationMs: number;
  /** It may stand as it is for so long, and no longer. */
  readonly ends: boolean;
}

interface LeaseObservation {
  readonly version: string | undefined;
  /** By this process's own clock: the clock of whoever wrote the Lease may differ. */
  readonly seenAt: number;
}

/**
 * The dead-man's switch: when a release's Lease runs out and Temporal can't be reached, or nobody acts for half as long
 * again, it takes the Lease and rolls back by itself. Needs the Kubernetes API and nothing else.
 *
 * Any number of these may run: taking the Lease is a compare-and-swap, one of them wins.
 */
export class DeadMansSwitch {
  private readonly seen = new Map<string, LeaseObservation>();
  private readonly acting = new Set<string>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly deps: Dependencies,
    private readonly temporal: Client,
    private readonly identity: string,
  ) {}

  async start(): Promise<void> {
    await this.deps.cache.filled(LEASES);
    this.timer = setInterval(() => void this.check(), CHECK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.stopping.abort();
  }

  private async check(): Promise<void> {
    const store = await this.deps.cache.synced(LEASES);
    const leased = new Set<string>();
    for (const lease of store.list(this.deps.settings.namespace)) {
      if (lease.metadata.labels?.[LEASE_LABEL] !== LEASE_MANAGER) continue;
      const view = viewOf(lease);
      leased.add(keyOf(view.namespace, view.canary));
      const watched = { namespace: view.namespace, name: view.canary, version: lease.metadata.resourceVersion };
      this.watch({ ...watched, lease: view, durationMs: view.durationMs, ends: view.expiresAt !== Infinity });
    }
    await this.checkUnleased(leased);
  }

  /** Whose Lease somebody has deleted is missed as well: its run makes it again, if there is one. */
  private async checkUnleased(leased: ReadonlySet<string>): Promise<void> {
    const store = await this.deps.cache.synced(CANARIES);
    for (const object of store.list(this.deps.settings.namespace)) {
      const { name, namespace = '' } = object.metadata;
      if (leased.has(keyOf(namespace, name)) || !isActive(parseStatus(object['status']).phase)) continue;
      const { seconds } = patienceOf(this.deps.settings.leaseSeconds, 0);
      this.watch({ namespace, name, version: MISSING, lease: MISSING, durationMs: seconds * 1000, ends: true });
    }
  }

  private watch(watched: Watched): void {
    const key = keyOf(watched.namespace, watched.name);
    const now = this.deps.now();
    const known = this.seen.get(key);
    if (known === undefined || known.version !== watched.version) {
      this.seen.set(key, { version: watched.version, seenAt: now });
      return;
    }
    const overdue = now - known.seenAt - watched.durationMs;
    if (!watched.ends || overdue <= 0 || this.acting.has(key)) return;
    this.acting.add(key);
    void this.consider(watched, overdue).finally(() => this.acting.delete(key));
  }

  private async consider(watched: Watched, overdueMs: number): Promise<void> {
    const { namespace, name, lease } = watched;
    const canary: CanaryKey = { cluster: this.deps.settings.clusterName, namespace, name };
    const fields = { canary: `${canary.name}.${canary.namespace}` };
    try {
      const view = await readCanary(this.deps, canary);
      // While a Canary is initialised its target serves everybody, and at rest nothing is shifted.
      if (!view || !isActive(parseStatus(view.object['status']).phase)) return;
      if (lease === MISSING && overdueMs + watched.durationMs < this.patienceWith(view)) return;
      const alive = await this.temporalAnswers(canary);
      // A run that has lost its Lease is told of that by the watch, and nobody knows whether it may stand still.
      if (alive && (lease === MISSING || overdueMs < watched.durationMs / 2)) return;
      // An outage may just have ended: the run comes to itself as fast as this process does.
      if (!alive && (await this.isBack(canary))) return;
      const why = alive ? 'nobody has looked after it' : 'Temporal cannot be reached';
      this.deps.log.warn(
        fields,
        `its lease has run out ${Math.round(overdueMs / 1000)} s ago and ${why}: rolling back`,
      );
      await this.act(canary, watched, why);
    } catch (error) {
      // Another switch was quicker, or the release has come back to life.
      if (error instanceof FencedError) return;
      this.deps.log.error(fields, `the dead-man's switch failed, it will try again: ${messageOf(error)}`);
      if (userErrorIn(error)) await this.say(canary, messageOf(error));
    }
  }

  /** What keeps the traffic where it is, and is a person's to mend. */
  private async say({ namespace, name }: CanaryKey, message: string): Promise<void> {
    const { cache, log, now } = this.deps;
    try {
      const object = await cache.get(CANARIES, namespace, name);
      if (object) await recordEvent(cache.client, object, { type: 'Warning', message, at: now(), index: 0 });
    } catch (error) {
      log.warn({ canary: `${name}.${namespace}` }, `no event could be recorded: ${messageOf(error)}`);
    }
  }

  private async act(canary: CanaryKey, { lease, durationMs }: Watched, why: string): Promise<void> {
    const view = await readCanary(this.deps, canary, true);
    if (!view) return;
    const owner = leaseOwner(canary, view.object);
    const term = { kind: 'seconds', seconds: this.deps.settings.leaseSeconds } as const;
    const holder = `${HOLDER}${this.identity}`;
    const stamp = await newestStamp(this.deps, view);
    const of = releaseOf(lease, stamp);
    const fence = await this.deps.leases.take(owner, holder, term, { expected: lease, stamp, retreat: { of } });
    const seconds = Math.round(durationMs / 1000);
    const reason = `Rolling back ${canary.name}.${canary.namespace} no sign of its workflow for ${seconds} s and ${why}`;
    const { servedBy } = await rollBack(
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

  /** In milliseconds, as the Lease would have had it. */
  private patienceWith({ canary }: CanaryView): number {
    return patienceOf(this.deps.settings.leaseSeconds, canary?.analysis.intervalSeconds ?? 0).seconds * 1000;
  }

  /** Looks once more before anything is done about an outage. */
  private async isBack(canary: CanaryKey): Promise<boolean> {
    await sleep(ONCE_MORE_MS, undefined, { signal: this.stopping.signal });
    return this.temporalAnswers(canary);
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

/** The epoch of the release that is rolled back; a switch that died in the middle has left it in the Lease. */
function releaseOf(lease: LeaseView | typeof MISSING, stamp: Fence | undefined): number {
  if (lease === MISSING) return stamp?.epoch ?? 0;
  return lease.holder.startsWith(HOLDER) ? (lease.retreat?.of ?? lease.fence.epoch) : lease.fence.epoch;
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
