import type { ScheduleHandle } from '@temporalio/client';
import type { Dependencies } from '../dependencies.js';
import { readObservation } from '../canary/observation.js';
import { parseStatus } from '../crds/status.js';
import { needOf } from '../domain/change.js';
import { isActive } from '../domain/phases.js';
import { messageOf } from '../errors.js';
import { LEASE_LABEL, LEASE_MANAGER, viewOf } from '../kubernetes/lease-object.js';
import { CANARIES, DEPLOYMENTS, LEASES, type KubeObject } from '../kube/object.js';
import { EXPIRES } from '../workloads/shared/warm-deployment.js';

/** How often a worker checks, in its caches, whether the janitor is needed. */
const LOOK_MS = 5_000;
/** How long nothing must have run before the janitor is paused: another process may just have started something. */
const QUIET_MS = 60_000;
/** While something runs, the schedule is read this often: another worker may just have paused it. */
const INSIST_MS = 30_000;
/** At rest, unreported changes are searched this often. */
const UNREPORTED_MS = 300_000;
/** Marks Serinus' own pause, as distinct from a person's. */
const RESTING = 'nothing runs: Serinus goes on by itself';
const AWAKE = 'something runs';

/**
 * Pauses the janitor's Schedule when nothing runs, so that an idle cluster starts no workflow, and resumes it while
 * there is a release, or something left of one. Every worker does so; a pause by hand is respected.
 */
export class JanitorHours {
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  /** Whether the Schedule runs; undefined until it has been read. */
  private awake: boolean | undefined;
  private askedAt = -Infinity;
  private busyAt: number;
  private reportedAt = -Infinity;
  private looking = false;
  private stopped = false;

  constructor(
    private readonly deps: Dependencies,
    private readonly schedule: ScheduleHandle,
  ) {
    this.busyAt = deps.now();
  }

  async start(): Promise<void> {
    const leases = await this.deps.cache.filled(LEASES);
    this.unsubscribe = leases.onChange((lease) => {
      if (this.awake !== true && isHeld(lease)) void this.look();
    });
    // It may have been stopped while it waited for the API server.
    if (this.stopped) return this.unsubscribe();
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.unsubscribe?.();
  }

  /** One check; also for a caller that doesn't want to wait for the next one. */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const now = this.deps.now();
      const isBusy = (await this.somethingRuns()) || (await this.somethingIsUnreported(now));
      if (isBusy) this.busyAt = now;
      if (isBusy && (this.awake !== true || now - this.askedAt >= INSIST_MS)) await this.wake(now);
      else if (!isBusy && this.awake !== false && now - this.busyAt >= QUIET_MS) await this.rest(now);
    } catch (error) {
      // The next check tries again. While Temporal is away there is no janitor anyway.
      this.deps.log.debug({}, `the janitor's schedule can't be set: ${messageOf(error)}`);
    } finally {
      this.looking = false;
    }
  }

  private async wake(now: number): Promise<void> {
    const { state } = await this.schedule.describe();
    if (state.paused && state.note === RESTING) await this.schedule.unpause(AWAKE);
    [this.awake, this.askedAt] = [true, now];
  }

  private async rest(now: number): Promise<void> {
    const { state } = await this.schedule.describe();
    if (!state.paused) await this.schedule.pause(RESTING);
    [this.awake, this.askedAt] = [false, now];
  }

  /** A run holds a Lease, or has lost it; or pods are kept for an undo, and must be deleted in time. */
  private async somethingRuns(): Promise<boolean> {
    const { cache, settings } = this.deps;
    const [leases, canaries, deployments] = await Promise.all(
      [LEASES, CANARIES, DEPLOYMENTS].map((t) => cache.synced(t)),
    );
    return (
      (leases?.list(settings.namespace).some(isHeld) ?? false) ||
      (canaries?.list(settings.namespace).some((one) => isActive(parseStatus(one['status']).phase)) ?? false) ||
      (deployments?.list(settings.namespace).some(({ metadata }) => metadata.annotations?.[EXPIRES] !== undefined) ??
        false)
    );
  }

  /** The watch process reports changes; where there is none, the janitor does. */
  private async somethingIsUnreported(now: number): Promise<boolean> {
    if (now - this.reportedAt < UNREPORTED_MS) return false;
    const { cache, settings } = this.deps;
    for (const { metadata } of (await cache.synced(CANARIES)).list(settings.namespace)) {
      const key = { cluster: settings.clusterName, namespace: metadata.namespace ?? '', name: metadata.name };
      const seen = await readObservation(this.deps, key);
      if (seen && needOf(seen) !== undefined) return true;
    }
    this.reportedAt = now;
    return false;
  }
}

function isHeld(lease: KubeObject): boolean {
  return lease.metadata.labels?.[LEASE_LABEL] === LEASE_MANAGER && viewOf(lease).holder !== '';
}
