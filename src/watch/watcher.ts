import { readCanary, canaryContext, workloadsOf } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { readObservation } from '../canary/observation.js';
import { changeId } from '../temporal/submissions.js';
import { needOf } from '../domain/change.js';
import type { CanaryKey } from '../domain/identity.js';
import { isActive } from '../domain/phases.js';
import type { Change } from '../domain/state.js';
import { messageOf, UserError } from '../errors.js';
import { recordEvent } from '../kubernetes/events.js';
import type { KubeObject, NamedObject, ResourceType } from '../kube/object.js';
import { CANARIES, CONFIG_MAPS, LEASES, METRIC_TEMPLATES, SECRETS, SERVICES } from '../kube/object.js';
import { pathOf } from '../kube/path.js';
import { Budget, type Allowance } from './budget.js';
import { CanaryIndex } from './canary-index.js';
import { changedBy, introduce } from './introduction.js';
import { WorkQueue } from './queue.js';
import { inBackground } from '../background.js';

/**
 * Kinds whose changes may concern any Canary, in addition to those of its target and its traffic provider. If configs
 * aren't tracked the permission to list them isn't needed.
 */
export function watchedKinds({
  configTracking,
}: Pick<Dependencies['settings'], 'configTracking'>): readonly ResourceType[] {
  return [SERVICES, ...(configTracking ? [CONFIG_MAPS, SECRETS] : []), METRIC_TEMPLATES];
}

/** Observations come from caches, and reports wait only for Temporal. */
const CONCURRENCY = 32;
/** Limits for one Canary: a release with many pods changes in bursts, but never for long. */
const LOOKS: Allowance = { burst: 60, perSecond: 2, patienceMs: 60_000, againMs: 600_000 };
/** Everything is observed again this often, from the caches, without requests to the API server. */
const RESYNC_MS = 60_000;
/** The same submission isn't repeated within this time. */
const REPEAT_MS = 15_000;

/** The last report about a Canary. */
interface Submitted {
  readonly id: string;
  /** What it is about, whichever run handles it. */
  readonly what: string;
  /** Some run had the Lease then. */
  readonly underWay: boolean;
  readonly at: number;
  readonly times: number;
}

/**
 * Watches the cluster and reports changes to the workflows. It holds no important state: any number of watchers may
 * run, and one that starts late finds the changes that it has missed.
 */
export class Watcher {
  private readonly index = new CanaryIndex();
  private readonly followed = new Set<string>();
  private readonly submitted = new Map<string, Submitted>();
  private readonly queue: WorkQueue;
  private readonly unsubscribe: (() => void)[] = [];
  private resync: NodeJS.Timeout | undefined;
  private stopped = false;

  /** @param looks limits how often a Canary is observed, however often it changes */
  constructor(
    private readonly deps: Dependencies,
    looks: Allowance = LOOKS,
  ) {
    const { share } = deps;
    const budget = new Budget(
      looks,
      () => deps.now(),
      (key, ms) => this.warnOf(key, stormOf(ms)),
    );
    this.queue = new WorkQueue((key) => share.for(key, () => this.look(key)), {
      concurrency: CONCURRENCY,
      report: (key, problem) => deps.log.warn({ canary: key }, `can't submit: ${problem}`),
      budget: {
        spend: (key) => {
          const waitMs = share.waitMs(key);
          if (waitMs === 0) return budget.spend(key);
          const overdrawnMs = share.overuseToReport(key);
          if (overdrawnMs !== undefined) this.warnOf(key, costOf(overdrawnMs));
          return waitMs;
        },
      },
    });
  }

  async start(): Promise<void> {
    const canaries = await this.deps.cache.filled(CANARIES);
    const leases = await this.deps.cache.filled(LEASES);
    // Filled before they decide what is missing.
    const watched = watchedKinds(this.deps.settings);
    await Promise.all(watched.map((type) => this.deps.cache.filled(type)));
    this.unsubscribe.push(canaries.onChange((object) => this.queue.add(keyOf(object))));
    this.unsubscribe.push(leases.onChange((lease, change) => this.leaseChanged(lease, change)));
    await this.follow(watched);
    const all = (): void => canaries.list().forEach((object) => this.queue.add(keyOf(object)));
    all();
    // It may have been stopped while it waited for the API server.
    if (!this.stopped) this.resync = setInterval(all, RESYNC_MS);
  }

  /** Canaries that have changed and have not been observed since. */
  get backlog(): number {
    return this.queue.size;
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.resync);
    for (const end of this.unsubscribe) end();
    this.queue.stop();
  }

  /** A kind is watched from the first Canary on that uses it: a cluster uses few of all kinds. */
  private async follow(types: readonly ResourceType[]): Promise<void> {
    for (const type of types) {
      if (this.followed.has(pathOf(type))) continue;
      this.followed.add(pathOf(type));
      const store = await this.deps.cache.synced(type);
      this.unsubscribe.push(store.onChange((object) => this.objectChanged(type, object)));
    }
  }

  private objectChanged(type: ResourceType, object: KubeObject): void {
    const names = this.index.concernedBy(pathOf(type), object.metadata.namespace ?? '', object.metadata.name);
    for (const name of names) this.queue.add(`${object.metadata.namespace}/${name}`);
  }

  /**
   * A run that has ended may have left something newer for the next; one that has lost its Lease must create it again.
   */
  private leaseChanged(lease: KubeObject, change: 'set' | 'deleted'): void {
    const name = lease.metadata.annotations?.['serinus.dev/canary'];
    const { holderIdentity = '' } = (lease['spec'] ?? {}) as { holderIdentity?: string };
    if (name !== undefined && (holderIdentity === '' || change === 'deleted'))
      this.queue.add(`${lease.metadata.namespace}/${name}`);
  }

  private async look(key: string): Promise<void> {
    const canary = this.keyFrom(key);
    const view = await readCanary(this.deps, canary);
    if (!view) {
      this.index.forget(canary.namespace, canary.name);
      return;
    }
    await this.remember(canary, view);
    const observation = await readObservation(this.deps, canary);
    if (!observation) return;
    const kind = needOf(observation);
    if (kind === undefined) return;
    const { revision } = observation.seen ?? {};
    const { generation, approvals, underWay, drift } = observation;
    const epoch = observation.lease?.fence.epoch ?? 0;
    // Reports to a run that has since ended must be repeated: the server accepts an id once.
    const lost = observation.lease || !isActive(observation.phase) ? [] : [Math.floor(this.deps.now() / RESYNC_MS)];
    const about = [generation, approvals, revision, drift, epoch, underWay, ...lost];
    const first = changeId(kind, view.object.metadata.uid, ...about);
    const what = changeId(kind, view.object.metadata.uid, generation, approvals, revision, drift);
    if (this.isRepeated(key, first) || (underWay && this.hasJustBegun(key, what))) return;
    // A run that was fenced off may have taken it and ended without handling it: the server would return that run's
    // answer again.
    const times = underWay ? 0 : this.timesOf(key, first);
    const id = times === 0 ? first : changeId(first, times);
    const hint = revision ? { revision: revision.hash, seen: revision } : {};
    await this.submit(canary, { id, kind, by: 'watch', generation, ...hint });
    this.submitted.set(key, { id: first, what, underWay, at: this.deps.now(), times: times + 1 });
    // Whatever the result, observe once more: a submission that met a closing run must be repeated.
    this.queue.addLater(key, REPEAT_MS + 1_000);
  }

  /** How often this very change has been submitted from here without being handled. */
  private timesOf(key: string, id: string): number {
    const last = this.submitted.get(key);
    return last?.id === id ? last.times : 0;
  }

  /** The run that this very change was reported to, or started, has taken the Lease since: it is about to observe. */
  private hasJustBegun(key: string, what: string): boolean {
    const last = this.submitted.get(key);
    return last?.what === what && !last.underWay && this.deps.now() - last.at < REPEAT_MS;
  }

  private isRepeated(key: string, id: string): boolean {
    const last = this.submitted.get(key);
    return last?.id === id && this.deps.now() - last.at < REPEAT_MS;
  }

  private async submit(canary: CanaryKey, change: Change): Promise<void> {
    const view = await readCanary(this.deps, canary);
    const { target, primary } = view?.canary
      ? await workloadsOf(this.deps, view.canary)
      : { target: undefined, primary: undefined };
    const known: Change = change.kind === 'target' ? { ...change, by: changedBy(target) } : change;
    await this.deps.submissions.report(canary, known, introduce(canary, known, target, primary));
    this.deps.log.info({ canary: `${canary.name}.${canary.namespace}` }, `${change.kind} submitted`);
  }

  /** Records which objects concern this Canary, so that their changes lead to it. */
  private async remember(canary: CanaryKey, view: NonNullable<Awaited<ReturnType<typeof readCanary>>>): Promise<void> {
    try {
      const context = canaryContext(this.deps, view);
      const objects = await concernsOf(context);
      const paths = objects.map(({ type, name }) => ({ path: pathOf(type), name }));
      this.index.set(canary.namespace, canary.name, paths);
      await this.follow([...objects.map(({ type }) => type), ...context.router.watches]);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.index.forget(canary.namespace, canary.name);
    }
  }

  /** The circuit breaker: a Canary that exceeds its share is observed less often and reported, and delays no other. */
  private warnOf(key: string, what: string): void {
    inBackground(this.deps.log, key, () => this.notifyOf(key, what));
  }

  private async notifyOf(key: string, what: string): Promise<void> {
    const { cache, log, meters, now } = this.deps;
    const { namespace, name } = this.keyFrom(key);
    const message = `${name}.${namespace} ${what}`;
    log.warn({ canary: `${name}.${namespace}` }, message);
    meters.throttled({ namespace, name });
    try {
      const object = await cache.get(CANARIES, namespace, name);
      if (object) await recordEvent(cache.client, object, { type: 'Warning', message, at: now(), index: 0 });
    } catch (error) {
      log.warn({ canary: `${name}.${namespace}` }, `no event could be recorded: ${messageOf(error)}`);
    }
  }

  private keyFrom(key: string): CanaryKey {
    const [namespace = '', name = ''] = key.split('/');
    return { cluster: this.deps.settings.clusterName, namespace, name };
  }
}

function stormOf(ms: number): string {
  return `has changed without a break for ${Math.round(ms / 1000)} s: it is looked at twice a second only`;
}

function costOf(ms: number): string {
  return `has taken more of the watch than its share for ${Math.round(ms / 1000)} s: it is looked at later than others`;
}

async function concernsOf(context: ReturnType<typeof canaryContext>): Promise<readonly NamedObject[]> {
  const { canary, router, workload } = context;
  return [
    ...(await workload.concerns(canary)),
    ...router.concerns(canary),
    ...canary.analysis.metrics.flatMap(({ sources }) =>
      sources.flatMap((s) => (s.kind === 'template' ? [{ type: METRIC_TEMPLATES, name: s.templateRef.name }] : [])),
    ),
    { type: SERVICES, name: canary.service.name },
    { type: SERVICES, name: canary.service.primaryName },
    { type: SERVICES, name: canary.service.canaryName },
  ];
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
