import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parsedCanary } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import { messageOf } from '../../errors.js';
import { CANARIES, type KubeObject } from '../../kube/object.js';
import { summaryOf } from '../canaries/summary.js';
import type { Runs } from '../releases/runs.js';
import type { CanarySummary } from '../schema/canary.js';
import type { CanaryGone } from '../schema/live.js';
import { attentionOf } from './attention.js';

/** What the fleet's watchers are told. */
export type News =
  | { readonly id: string; readonly event: 'canary'; readonly row: CanarySummary }
  | { readonly id: string; readonly event: 'gone'; readonly row: CanaryGone };

type Watcher = (news: News) => void;

/** What waits for people is asked of Temporal so often, milliseconds. */
const WAITING_MS = 5_000;
/** News that are kept for those who come back. */
const KEPT = 1_000;

/** The rows of all Canaries, kept up to date while somebody watches. */
export class Fleet {
  private readonly watchers = new Set<Watcher>();
  private readonly rows = new Map<string, CanarySummary>();
  private waiting: ReadonlyMap<string, string> = new Map();
  private news: News[] = [];
  private round = '';
  private count = 0;
  private end: (() => void) | undefined;

  constructor(
    private readonly deps: Dependencies,
    private readonly runs: Runs,
    private readonly waitingMs = WAITING_MS,
  ) {}

  /**
   * @param since the id of the news seen last
   * @returns what there is to know first: all rows, or only the news since then; and a function that ends it
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

  /** The id that names all that has been told so far. */
  get id(): string {
    return `${this.round}.${this.count}`;
  }

  private all(): News[] {
    return [...this.rows.values()].map((row) => ({ id: this.id, event: 'canary', row }));
  }

  /** @returns undefined where it isn't known any more what came after it */
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
    this.waiting = new Map();
    const { store } = this.deps.cache.watch(CANARIES);
    for (const object of store.list()) this.rows.set(keyOf(object.metadata), this.rowOf(object));
    const unsubscribe = store.onChange((object, change) => this.changed(object, change));
    const timer = setInterval(() => void this.askWhoWaits(), this.waitingMs);
    void this.askWhoWaits();
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
      this.tell({ event: 'gone', row: { cluster: row.cluster, namespace: row.namespace, name: row.name } });
      return;
    }
    this.update(key, this.rowOf(object));
  }

  private update(key: string, row: CanarySummary): void {
    if (isDeepStrictEqual(this.rows.get(key), row)) return;
    this.rows.set(key, row);
    this.tell({ event: 'canary', row });
  }

  private tell(what: { event: 'canary'; row: CanarySummary } | { event: 'gone'; row: CanaryGone }): void {
    this.count += 1;
    const news: News = { id: this.id, ...what };
    this.news.push(news);
    if (this.news.length > KEPT) this.news.shift();
    for (const watcher of this.watchers) watcher(news);
  }

  private rowOf(object: KubeObject): CanarySummary {
    const parsed = parsedCanary(this.deps, object);
    const view = { object, refusal: parsed.ok ? undefined : parsed.refusal };
    return this.withAttention(summaryOf(view, this.deps.settings));
  }

  private withAttention({ attention: _cached, ...row }: CanarySummary): CanarySummary {
    const attention = attentionOf(row, this.waiting.get(keyOf(row)));
    return attention === undefined ? row : { ...row, attention };
  }

  /** One question for the whole fleet. What can't be asked leaves the rows as they are. */
  private async askWhoWaits(): Promise<void> {
    const { end } = this;
    try {
      const waiting = await this.runs.waiting(this.deps.settings.clusterName);
      // Meanwhile everybody may have left.
      if (this.end !== end) return;
      this.waiting = waiting;
      for (const [key, row] of [...this.rows]) this.update(key, this.withAttention(row));
    } catch (error) {
      this.deps.log.debug({}, `what waits for people is not known: ${messageOf(error)}`);
    }
  }
}

function keyOf({ namespace = '', name }: { readonly namespace?: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
