import type { Dependencies } from '../dependencies.js';
import { readCanary, canaryContext, type CanaryView } from '../canary/read.js';
import { parseStatus } from '../crds/status.js';
import type { CanaryKey } from '../domain/identity.js';
import { messagesFor } from '../domain/notices/messages.js';
import { isActive } from '../domain/phases.js';
import { patienceOf } from '../domain/silence/silence.js';
import {
  diagnose,
  inWords,
  isToRetreat,
  type Diagnosis,
  type Exposure,
  type Pulse,
  type RunSigns,
} from '../domain/silence/silent-run.js';
import { FencedError, messageOf } from '../errors.js';
import { recordEvent } from '../kubernetes/events.js';
import { LEASE_LABEL, LEASE_MANAGER, viewOf, type LeaseView } from '../kubernetes/lease-object.js';
import { CANARIES, LEASES } from '../kube/object.js';
import { userErrorIn } from '../kube/refusals.js';
import { canaryOfWorkflow } from '../workflows/contract.js';
import { FairClock } from './fair-clock.js';
import { PulseMeter } from './pulse.js';
import { isSwitchs, MISSING, Retreats } from './retreat.js';
import type { TemporalSigns } from './temporal-signs.js';

const CHECK_MS = 1_000;
const LOOKS = "the dead-man's switch looks around";
/** Most time that counts between two checks: a process with enough CPU needs no longer. */
const MOST_COUNTED_MS = 5_000;
/** Temporal is asked from this long before a Lease expires, so that the answer is there in time. */
const LOOK_AHEAD_MS = 10_000;
/** An unreachable server is checked once more before it is given up: a connection is retried at least once a second. */
const PROBE_MS = 1_500;
/** How long Temporal's answer about a run counts: the other runs need their turn. */
const FRESH_MS = 10_000;

/** A Canary whose run may become silent. */
interface Watched {
  readonly namespace: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly lease: LeaseView | typeof MISSING;
  readonly durationMs: number;
  /** Its present state is only allowed for that long. */
  readonly ends: boolean;
}

interface LeaseObservation {
  readonly version: string | undefined;
  /** By this process's own clock: that of the Lease's writer may differ. */
  readonly seenAt: number;
  /** The delay has been reported. */
  said: boolean;
  /** Since when Temporal has been found unreachable. */
  goneAt?: number | undefined;
  /** Temporal's last answer about its run. */
  found?: { readonly at: number; readonly run: RunSigns };
}

/** A Canary whose Lease has expired. */
interface Overdue {
  readonly watched: Watched;
  readonly overdueMs: number;
}

/**
 * The dead-man's switch: when a release's Lease expires and no worker can renew it, it takes the Lease and rolls back
 * by itself. For workers that are only overloaded it waits, and reports that. It needs only the Kubernetes API.
 *
 * Any number of these may run: taking the Lease is a compare-and-swap, one of them wins.
 */
export class DeadMansSwitch {
  private readonly seen = new Map<string, LeaseObservation>();
  private readonly acting = new Set<string>();
  private readonly pulse: PulseMeter;
  private readonly retreats: Retreats;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Why the last check failed. */
  private hindrance: string | undefined;

  constructor(
    private readonly deps: Dependencies,
    private readonly temporal: TemporalSigns,
    identity: string,
    private readonly clock: Pick<FairClock, 'now'> = new FairClock(MOST_COUNTED_MS),
  ) {
    this.pulse = new PulseMeter(temporal, () => clock.now());
    this.retreats = new Retreats(deps, identity);
  }

  async start(): Promise<void> {
    await this.deps.cache.filled(LEASES);
    // It may have been stopped while it waited for the API server.
    if (this.stopped) return;
    this.timer = setInterval(() => void this.look(), CHECK_MS);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.retreats.stop();
  }

  /** It runs once a second, so a failure is reported once, until it changes. */
  private async look(): Promise<void> {
    try {
      await this.check();
      this.hindrance = undefined;
    } catch (error) {
      const hindrance = messageOf(error);
      if (!this.stopped && hindrance !== this.hindrance) this.deps.log.error({}, `${LOOKS}: ${hindrance}`);
      this.hindrance = hindrance;
    }
  }

  /** One check; `start` runs it every second. */
  async check(): Promise<void> {
    const all = await this.watched();
    const keys = new Set(all.map(keyOf));
    for (const key of this.seen.keys()) if (!keys.has(key)) this.seen.delete(key);
    const due = all
      .map((watched) => ({ watched, overdueMs: this.overdueMs(watched) }))
      .filter(({ watched, overdueMs }) => watched.ends && overdueMs > -LOOK_AHEAD_MS);
    const late = due.filter(({ overdueMs }) => overdueMs > 0);
    this.deps.meters.late(late.length);
    const pulse = due.length === 0 ? undefined : this.pulse.read();
    if (!pulse) return;
    const isOneOfMany = late.length > 1 && late.length * 2 > all.filter(({ ends }) => ends).length;
    for (const one of late) {
      const key = keyOf(one.watched);
      if (this.acting.has(key)) continue;
      this.acting.add(key);
      void this.consider(one, pulse, isOneOfMany).finally(() => this.acting.delete(key));
    }
  }

  private async watched(): Promise<readonly Watched[]> {
    const store = await this.deps.cache.synced(LEASES);
    const all: Watched[] = [];
    for (const lease of store.list(this.deps.settings.namespace)) {
      if (lease.metadata.labels?.[LEASE_LABEL] !== LEASE_MANAGER) continue;
      const view = viewOf(lease);
      const { namespace, canary: name, durationMs } = view;
      const version = lease.metadata.resourceVersion;
      all.push({ namespace, name, version, lease: view, durationMs, ends: view.expiresAt !== Infinity });
    }
    return [...all, ...(await this.unleased(new Set(all.map(keyOf))))];
  }

  /** A run whose Lease somebody has deleted is checked as well: a live run creates it again. */
  private async unleased(leased: ReadonlySet<string>): Promise<readonly Watched[]> {
    const store = await this.deps.cache.synced(CANARIES);
    const { seconds } = patienceOf(this.deps.settings.leaseSeconds, 0);
    return store.list(this.deps.settings.namespace).flatMap((object): Watched[] => {
      const { name, namespace = '' } = object.metadata;
      if (leased.has(keyOf({ namespace, name })) || !isActive(parseStatus(object['status']).phase)) return [];
      return [{ namespace, name, version: MISSING, lease: MISSING, durationMs: seconds * 1000, ends: true }];
    });
  }

  /** Negative where its Lease has not expired yet, milliseconds. */
  private overdueMs(watched: Watched): number {
    const key = keyOf(watched);
    const now = this.clock.now();
    const known = this.seen.get(key);
    if (known?.version === watched.version && known !== undefined) return now - known.seenAt - watched.durationMs;
    this.seen.set(key, { version: watched.version, seenAt: now, said: false });
    // Whoever renews a Lease is alive; Leases that this process finds at its start may be old.
    if (known && watched.lease !== MISSING && canaryOfWorkflow(workflowIdIn(watched.lease.holder))) this.pulse.seen();
    return -watched.durationMs;
  }

  private async consider({ watched, overdueMs }: Overdue, pulse: Pulse, isOneOfMany: boolean): Promise<void> {
    const { namespace, name, lease, durationMs } = watched;
    const canary: CanaryKey = { cluster: this.deps.settings.clusterName, namespace, name };
    const fields = { canary: `${canary.name}.${canary.namespace}` };
    try {
      const view = await readCanary(this.deps, canary);
      // While a Canary is initialised its target serves all users, and at rest no traffic is shifted.
      if (!view || !isActive(parseStatus(view.object['status']).phase)) return;
      if (lease === MISSING && overdueMs + durationMs < this.patienceWith(view)) return;
      const silence = { overdueMs, durationMs, isOneOfMany };
      const asks = pulse.temporal === 'answers' && overdueMs >= durationMs / 2;
      const run = asks ? await this.signsOf(watched, canary) : undefined;
      const found = diagnose(pulse, run, silence);
      // Another switch has taken it and has not finished: no other process will.
      const diagnosis = found === 'temporal-gone' || !isSwitchs(lease) ? found : 'workers-gone';
      const isSure = this.isSure(watched, diagnosis);
      // The watch notifies a run that has lost its Lease, and the Lease's allowed duration is unknown.
      if (lease === MISSING && diagnosis !== 'temporal-gone') return;
      if (!isToRetreat(diagnosis, silence, await this.exposureOf(view))) {
        if (overdueMs >= durationMs / 2) await this.sayLate(watched, view, diagnosis);
        return;
      }
      if (!isSure) return;
      const why = inWords(diagnosis);
      const seconds = Math.round(overdueMs / 1000);
      this.deps.log.warn(fields, `its lease has run out ${seconds} s ago and ${why}: rolling back`);
      const reason = `for ${Math.round(durationMs / 1000)} s and ${why}`;
      const refusal = await this.retreats.rollBack(canary, lease, reason);
      if (refusal) await this.say(canary, messageOf(refusal));
    } catch (error) {
      // Another switch was quicker, or the run has renewed the Lease.
      if (error instanceof FencedError) return;
      this.deps.log.error(fields, `the dead-man's switch failed, it will try again: ${messageOf(error)}`);
      if (userErrorIn(error)) await this.say(canary, messageOf(error));
    }
  }

  /** Whether it has been found twice, where a second check may find something else. */
  private isSure(watched: Watched, diagnosis: Diagnosis): boolean {
    const observation = this.seen.get(keyOf(watched));
    if (!observation) return false;
    if (diagnosis !== 'temporal-gone') {
      observation.goneAt = undefined;
      return true;
    }
    const now = this.clock.now();
    observation.goneAt ??= now;
    return now - observation.goneAt >= PROBE_MS;
  }

  /** Reports what keeps the traffic where it is, and what a user must fix. */
  private async say({ namespace, name }: CanaryKey, message: string): Promise<void> {
    const { cache, log, now } = this.deps;
    try {
      const object = await cache.get(CANARIES, namespace, name);
      if (object) await recordEvent(cache.client, object, { type: 'Warning', message, at: now(), index: 0 });
    } catch (error) {
      log.warn({ canary: `${name}.${namespace}` }, `no event could be recorded: ${messageOf(error)}`);
    }
  }

  private async signsOf(watched: Watched, canary: CanaryKey): Promise<RunSigns | undefined> {
    const observation = this.seen.get(keyOf(watched));
    const now = this.clock.now();
    if (observation?.found && now - observation.found.at < FRESH_MS) return observation.found.run;
    const run = await this.temporal.run(canary);
    if (observation && run) observation.found = { at: now, run };
    return run;
  }

  /** What users meet while no run acts. An unreadable version counts as unsafe. */
  private async exposureOf(view: CanaryView): Promise<Exposure> {
    const { failedChecks } = parseStatus(view.object['status']);
    const passed = failedChecks === 0;
    if (!view.canary) return { ready: false, passed };
    const { canary, workload } = canaryContext(this.deps, view);
    const { ready } = await workload.readiness(canary, 'canary', this.deps.now());
    return { ready, passed };
  }

  /** Once for each time that it is late. */
  private async sayLate(watched: Watched, { object }: CanaryView, diagnosis: Diagnosis): Promise<void> {
    const { cache, log, now, settings } = this.deps;
    const observation = this.seen.get(keyOf(watched));
    if (!observation || observation.said) return;
    observation.said = true;
    const { namespace, name, durationMs } = watched;
    const messages = messagesFor({ canary: { cluster: settings.clusterName, namespace, name }, policy: undefined });
    const message = messages.late(`${Math.round(durationMs / 1000)} s`, inWords(diagnosis));
    log.warn({ canary: `${name}.${namespace}` }, message);
    await recordEvent(cache.client, object, { type: 'Warning', message, at: now(), index: 0 });
  }

  /** The term in milliseconds, as the Lease would have it. */
  private patienceWith({ canary }: CanaryView): number {
    return patienceOf(this.deps.settings.leaseSeconds, canary?.analysis.intervalSeconds ?? 0).seconds * 1000;
  }
}

/** The holder of a run's Lease is `<workflow id>/<run id>`. */
function workflowIdIn(holder: string): string {
  return holder.slice(0, Math.max(0, holder.lastIndexOf('/')));
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
