import { createHash } from 'node:crypto';
import type { Dependencies } from '../../dependencies.js';
import type { CanaryKey } from '../../domain/identity.js';
import { messageOf } from '../../errors.js';
import { CANARIES, type KubeObject } from '../../kube/object.js';
import { Problem } from '../problems/problem.js';
import type { Live } from '../schema/live.js';
import type { LiveView } from './view.js';
import { inBackground } from '../../background.js';

/** A message to a Canary's watchers. */
export type FeedMessage = { readonly id: string; readonly live: Live } | 'gone';

export type Watcher = (message: FeedMessage) => void;

/** How often a Canary is observed, milliseconds, in addition to changes of its objects. */
interface Pace {
  readonly underWay: number;
  readonly atRest: number;
  /** Changes come in bursts: the wait for the rest of one. */
  readonly settle: number;
}

const PACE: Pace = { underWay: 2_000, atRest: 15_000, settle: 100 };

/** One observer for each Canary that has watchers, however many they are; none for a Canary without. */
export class Feeds {
  private readonly feeds = new Map<string, Feed>();

  constructor(
    private readonly deps: Dependencies,
    private readonly view: LiveView,
    private readonly pace: Pace = PACE,
  ) {}

  /** Reports the Canary's state, at once and whenever it changes. @returns a function that ends it */
  watch(key: CanaryKey, watcher: Watcher): () => void {
    const name = `${key.namespace}/${key.name}`;
    const feed = this.feeds.get(name) ?? new Feed(key, this.deps, this.view, this.pace);
    this.feeds.set(name, feed);
    feed.add(watcher);
    return () => {
      feed.remove(watcher);
      if (!feed.idle) return;
      feed.stop();
      if (this.feeds.get(name) === feed) this.feeds.delete(name);
    };
  }

  /** Canaries that are observed. */
  get size(): number {
    return this.feeds.size;
  }
}

class Feed {
  private readonly watchers = new Set<Watcher>();
  private readonly unsubscribe: (() => void)[] = [];
  private last: FeedMessage | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private again = false;
  private stopped = false;

  constructor(
    private readonly key: CanaryKey,
    private readonly deps: Dependencies,
    private readonly view: LiveView,
    private readonly pace: Pace,
  ) {
    for (const type of [CANARIES, ...deps.workloads.map((workload) => workload.type)]) {
      // A kind that no Canary needs isn't watched only for this.
      if (!deps.cache.watches(type)) continue;
      this.unsubscribe.push(deps.cache.watch(type).store.onChange((object) => this.changed(object)));
    }
    this.lookNow();
  }

  get idle(): boolean {
    return this.watchers.size === 0;
  }

  add(watcher: Watcher): void {
    this.watchers.add(watcher);
    if (this.last !== undefined) watcher(this.last);
  }

  remove(watcher: Watcher): void {
    this.watchers.delete(watcher);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const end of this.unsubscribe) end();
  }

  /** The Canary's own objects are named after it or after its target: one observation too many does no harm. */
  private changed({ kind, metadata }: KubeObject): void {
    if (metadata.namespace !== this.key.namespace) return;
    const ours = kind === CANARIES.kind ? metadata.name === this.key.name : this.targets.includes(metadata.name);
    if (!ours) return;
    if (this.looking) this.again = true;
    else this.lookIn(this.pace.settle);
  }

  private get targets(): readonly string[] {
    if (this.last === undefined || this.last === 'gone') return [];
    const workloads = this.last.live.tree.flatMap(({ children }) => children.flatMap(({ children: own }) => own));
    return workloads.map(({ name }) => name);
  }

  private lookIn(ms: number): void {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.lookNow(), ms);
  }

  private lookNow(): void {
    inBackground(this.deps.log, `the live view of ${this.key.name}.${this.key.namespace}`, () => this.look());
  }

  private async look(): Promise<void> {
    this.looking = true;
    this.again = false;
    let message: FeedMessage | undefined;
    try {
      const live = await this.view.of(this.key);
      message = { id: idOf(live), live };
    } catch (error) {
      if (error instanceof Problem && error.problem === 'unknown-canary') message = 'gone';
      // Nothing new is known, so the last report still stands.
      else
        this.deps.log.debug({ canary: `${this.key.name}.${this.key.namespace}` }, `no live view: ${messageOf(error)}`);
    }
    this.looking = false;
    if (message !== undefined) this.notify(message);
    const underWay = message !== 'gone' && message?.live.release?.ended === false;
    this.lookIn(this.again ? this.pace.settle : underWay ? this.pace.underWay : this.pace.atRest);
  }

  private notify(message: FeedMessage): void {
    if (this.last !== undefined && nameOf(this.last) === nameOf(message)) return;
    this.last = message;
    for (const watcher of this.watchers) watcher(message);
  }
}

function nameOf(message: FeedMessage): string {
  return message === 'gone' ? message : message.id;
}

/** The same in every process, so that a client may reconnect to another one. The time of the report doesn't count. */
function idOf({ at: _at, ...live }: Live): string {
  return createHash('sha256').update(JSON.stringify(live)).digest('base64url').slice(0, 22);
}
