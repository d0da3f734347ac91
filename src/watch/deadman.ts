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
/** Of the time between two checks: more than that a process that gets a processor does not need. */
const MOST_COUNTED_MS = 5_000;
/** Temporal's pulse is taken from here on, so that it is known when a Lease runs out. */
const LOOK_AHEAD_MS = 10_000;
/** Before what can't be reached is given up it is looked for once more: a connection is built again at least once a second. */
const PROBE_MS = 1_500;
/** So long what Temporal has said of a run is good enough: others are to have their turn. */
const FRESH_MS = 10_000;

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
  /** That it is late has been said. */
  said: boolean;
  /** Since when Temporal has been found to be gone, each time. */
  goneAt?: number | undefined;
  /** What Temporal has last said of its run. */
  found?: { readonly at: number; readonly run: RunSigns };
}

/** A Canary whose Lease has run out. */
interface Overdue {
  readonly watched: Watched;
  readonly overdueMs: number;
}

/**
 * The dead-man's switch: when a release's Lease runs out and nobody can be coming, it takes the Lease and rolls back by
 * itself. Who merely has too much to do is waited for, and that is said. Needs the Kubernetes API and nothing else.
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
  /** Why the last look has come to nothing. */
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
    // It may have come to an end while the API server was waited for.
    if (this.stopped) return;
    this.timer = setInterval(() => void this.look(), CHECK_MS);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.retreats.stop();
  }

  /** Once a second, so what keeps it from looking is said once, until it is something else. */
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

  /** One look; `start` has it done every second. */
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

  /** Whose Lease somebody has deleted is missed as well: its run makes it again, if there is one. */
  private async unleased(leased: ReadonlySet<string>): Promise<readonly Watched[]> {
    const store = await this.deps.cache.synced(CANARIES);
    const { seconds } = patienceOf(this.deps.settings.leaseSeconds, 0);
    return store.list(this.deps.settings.namespace).flatMap((object): Watched[] => {
      const { name, namespace = '' } = object.metadata;
      if (leased.has(keyOf({ namespace, name })) || !isActive(parseStatus(object['status']).phase)) return [];
      return [{ namespace, name, version: MISSING, lease: MISSING, durationMs: seconds * 1000, ends: true }];
    });
  }

  /** Negative where its Lease has not run out yet, milliseconds. */
  private overdueMs(watched: Watched): number {
    const key = keyOf(watched);
    const now = this.clock.now();
    const known = this.seen.get(key);
    if (known?.version === watched.version && known !== undefined) return now - known.seenAt - watched.durationMs;
    this.seen.set(key, { version: watched.version, seenAt: now, said: false });
    // Whoever renews a Lease works; what this process finds when it starts may be old.
    if (known && watched.lease !== MISSING && canaryOfWorkflow(workflowIdIn(watched.lease.holder))) this.pulse.seen();
    return -watched.durationMs;
  }

  private async consider({ watched, overdueMs }: Overdue, pulse: Pulse, isOneOfMany: boolean): Promise<void> {
    const { namespace, name, lease, durationMs } = watched;
    const canary: CanaryKey = { cluster: this.deps.settings.clusterName, namespace, name };
    const fields = { canary: `${canary.name}.${canary.namespace}` };
    try {
      const view = await readCanary(this.deps, canary);
      // While a Canary is initialised its target serves everybody, and at rest nothing is shifted.
      if (!view || !isActive(parseStatus(view.object['status']).phase)) return;
      if (lease === MISSING && overdueMs + durationMs < this.patienceWith(view)) return;
      const silence = { overdueMs, durationMs, isOneOfMany };
      const asks = pulse.temporal === 'answers' && overdueMs >= durationMs / 2;
      const run = asks ? await this.signsOf(watched, canary) : undefined;
      const found = diagnose(pulse, run, silence);
      // Another switch has taken it and has not got to the end: nobody else will.
      const diagnosis = found === 'temporal-gone' || !isSwitchs(lease) ? found : 'workers-gone';
      const isSure = this.isSure(watched, diagnosis);
      // A run that has lost its Lease is told of that by the watch, and nobody knows whether it may stand still.
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
      // Another switch was quicker, or the release has come back to life.
      if (error instanceof FencedError) return;
      this.deps.log.error(fields, `the dead-man's switch failed, it will try again: ${messageOf(error)}`);
      if (userErrorIn(error)) await this.say(canary, messageOf(error));
    }
  }

  /** Whether it is found for the second time, where a second look may find something else. */
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

  private async signsOf(watched: Watched, canary: CanaryKey): Promise<RunSigns | undefined> {
    const observation = this.seen.get(keyOf(watched));
    const now = this.clock.now();
    if (observation?.found && now - observation.found.at < FRESH_MS) return observation.found.run;
    const run = await this.temporal.run(canary);
    if (observation && run) observation.found = { at: now, run };
    return run;
  }

  /** What users meet while nobody looks. Who can't be read is taken for unsafe. */
  private async exposureOf(view: CanaryView): Promise<Exposure> {
    const { failedChecks } = parseStatus(view.object['status']);
    const passed = failedChecks === 0;
    if (!view.canary) return { ready: false, passed };
    const { canary, workload } = canaryContext(this.deps, view);
    const { ready } = await workload.readiness(canary, 'canary', this.deps.now());
    return { ready, passed };
  }

  /** Once for each time that it falls behind. */
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

  /** In milliseconds, as the Lease would have had it. */
  private patienceWith({ canary }: CanaryView): number {
    return patienceOf(this.deps.settings.leaseSeconds, canary?.analysis.intervalSeconds ?? 0).seconds * 1000;
  }
}

/** A run holds its Lease as `<workflow id>/<run id>`. */
function workflowIdIn(holder: string): string {
  return holder.slice(0, Math.max(0, holder.lastIndexOf('/')));
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
