import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Dependencies } from '../../dependencies.js';
import { messageOf } from '../../errors.js';
import { CANARIES, type KubeObject } from '../../kube/object.js';
import { keyOf, viewOf } from '../canaries/canaries.js';
import { cachedImages } from '../canaries/images.js';
import { missingOf } from '../canaries/missing.js';
import { summaryOf } from '../canaries/summary.js';
import type { CanarySummary } from '../schema/canary.js';
import type { CanaryGone } from '../schema/live.js';
import type { OpenRuns, SeenRun } from './open-runs.js';

/** A message to the fleet's watchers. */
export type News =
  | { readonly id: string; readonly event: 'canary'; readonly row: CanarySummary }
  | { readonly id: string; readonly event: 'gone'; readonly row: CanaryGone };

type Watcher = (news: News) => void;

/** Interval of requests for what the Canaries' own objects don't show, milliseconds. */
const ROUND_MS = 2_000;
/** Number of messages kept for reconnecting clients. */
const KEPT = 1_000;

/** The rows of all Canaries, kept up to date while anybody watches. */
export class Fleet {
  private readonly watchers = new Set<Watcher>();
  private readonly rows = new Map<string, CanarySummary>();
  private open: ReadonlyMap<string, SeenRun> = new Map();
  private missing: ReadonlyMap<string, string> = new Map();
  private news: News[] = [];
  private round = '';
  private count = 0;
  private end: (() => void) | undefined;

  constructor(
    private readonly deps: Dependencies,
    private readonly openRuns: OpenRuns,
    private readonly roundMs = ROUND_MS,
  ) {}

  /**
   * @param since the id of the last message seen
   * @returns the first messages: all rows, or only the changes since then; and a function that ends it
   */
  watch(
    since: string | undefined,
    watcher: Watcher,
  ): { readonly first: readonly News[]; readonly whole: boolean; readonly stop: () => void } {
    if (this.watchers.size === 0) this.begin();
    const missed = this.missed(since);
    this.watchers.add(watcher);
    const stop = (): void => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.end?.();
    };
    return { first: missed ?? this.all(), whole: missed === undefined, stop };
  }

  /** The id of the newest message. */
  get id(): string {
    return `${this.round}.${this.count}`;
  }

  private all(): News[] {
    return [...this.rows.values()].map((row) => ({ id: this.id, event: 'canary', row }));
  }

  /** @returns undefined where the messages after it are no longer known */
  private missed(since: string | undefined): News[] | undefined {
    const [round, count] = since?.split('.') ?? [];
    const behind = this.count - Number(count);
    if (round !== this.round || !(behind >= 0 && behind <= this.news.length)) return undefined;
    return this.news.slice(this.news.length - behind);
  }

  private begin(): void {
    this.round = randomUUID().slice(0, 8);
    this.count = 0;
    this.news = [];
    this.rows.clear();
    this.open = new Map();
    this.missing = new Map();
    const { store } = this.deps.cache.watch(CANARIES);
    for (const object of store.list()) this.rows.set(keyOf(object.metadata), this.rowOf(object));
    const unsubscribe = store.onChange((object, change) => this.changed(object, change));
    const timer = setInterval(() => void this.lookAround(), this.roundMs);
    void this.lookAround();
    this.end = () => {
      unsubscribe();
      clearInterval(timer);
      this.end = undefined;
    };
  }

  private changed(object: KubeObject, change: 'set' | 'deleted'): void {
    const key = keyOf(object.metadata);
    if (change === 'deleted') {
      const row = this.rows.get(key);
      if (!this.rows.delete(key) || !row) return;
      this.notify({ event: 'gone', row: { cluster: row.cluster, namespace: row.namespace, name: row.name } });
      return;
    }
    this.update(key, this.rowOf(object));
  }

  private update(key: string, row: CanarySummary): void {
    if (isDeepStrictEqual(this.rows.get(key), row)) return;
    this.rows.set(key, row);
    this.notify({ event: 'canary', row });
  }

  private notify(what: { event: 'canary'; row: CanarySummary } | { event: 'gone'; row: CanaryGone }): void {
    this.count += 1;
    const news: News = { id: this.id, ...what };
    this.news.push(news);
    if (this.news.length > KEPT) this.news.shift();
    for (const watcher of this.watchers) watcher(news);
  }

  private rowOf(object: KubeObject): CanarySummary {
    const key = keyOf(object.metadata);
    const view = viewOf(this.deps, object);
    const besides = {
      ...this.open.get(key),
      missing: this.missing.get(key),
      images: cachedImages(this.deps, view),
    };
    return summaryOf(view, this.deps.settings, besides);
  }

  /** Releases under way and missing objects are known from other objects than the Canaries, and from Temporal. */
  private async lookAround(): Promise<void> {
    const { end } = this;
    try {
      const { store } = this.deps.cache.watch(CANARIES);
      const open = await this.openRuns.all();
      const missing = new Map<string, string>();
      for (const object of store.list()) {
        const text = await missingOf(this.deps, viewOf(this.deps, object));
        if (text !== undefined) missing.set(keyOf(object.metadata), text);
      }
      // The last watcher may have left meanwhile.
      if (this.end !== end) return;
      this.open = open;
      this.missing = missing;
      for (const object of store.list()) this.update(keyOf(object.metadata), this.rowOf(object));
    } catch (error) {
      // A process that stops observes nothing any more; the rows stay as they are.
      this.deps.log.debug({}, `the fleet is not looked at: ${messageOf(error)}`);
    }
  }
}
