import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, RefusedError } from '../errors.js';
import { type ApiClient } from './client.js';
import { KubeError } from './kube-error.js';
import type { KubeObject, ResourceType } from './object.js';
import { Store } from './store.js';

export interface ReflectorOptions {
  /** Only this namespace; all of them where undefined. */
  readonly namespace?: string | undefined;
  readonly metadataOnly?: boolean;
  readonly log: (message: string) => void;
  /** Waits for milliseconds; ends early with the signal. Tests substitute a clock of their own. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** The server sends a bookmark about once a minute; silence for longer means a connection that died unnoticed. */
const SILENCE_MS = 180_000;
const FORBIDDEN = 403;
const PAGE = 500;
/** A watch that ends sooner than this has delivered nothing. */
const SHORT_MS = 1_000;
/** Including the pauses between them that takes a minute. */
const MISSED_BEFORE_GONE = 10;
const FIRST_BACKOFF_MS = 200;
/** A server that is away must be found again soon, because others decide by the cached state. */
const MAX_ABSENT_MS = 2_000;
/** A kind that isn't there, or may not be listed, needs a user's action. */
const MAX_REFUSED_MS = 30_000;
/** A kind that may be listed, and not watched, is listed again and again: what is known of it is never older. */
const MAX_UNWATCHED_MS = 10_000;

/**
 * Keeps a {@link Store} equal to what the API server has of one kind: a list, then a watch from there on, with
 * bookmarks, reconnects with growing pauses, and a new list where the server has forgotten our version (410).
 */
export class Reflector {
  readonly store = new Store();
  private readonly stopped = new AbortController();
  private loop: Promise<void> | undefined;
  private markSynced: () => void = () => undefined;
  /** Resolves after the first list. A kind that the server doesn't have counts as an empty list. */
  readonly synced = new Promise<void>((resolve) => (this.markSynced = resolve));
  private isSynced = false;
  /** How often in a row the server has said that it doesn't have this kind. */
  private missed = 0;
  /** Why the kind can't be listed or watched: a missing permission. */
  private refusal: RefusedError | undefined;
  private readonly waiting = new Set<(refusal: RefusedError) => void>();

  constructor(
    private readonly client: ApiClient,
    readonly type: ResourceType,
    private readonly options: ReflectorOptions,
  ) {}

  /** Why what is known may be old, or is nothing at all; undefined while it is watched. */
  get complaint(): string | undefined {
    return this.refusal?.message;
  }

  start(): this {
    this.loop ??= this.run();
    return this;
  }

  /**
   * Waits for the first list.
   *
   * @throws RefusedError where this process may not list the kind: the caller learns of it, and the reflector keeps
   *   trying
   */
  async ready(): Promise<void> {
    if (this.isSynced) return;
    if (this.refusal) throw this.refusal;
    let refuse: ((refusal: RefusedError) => void) | undefined;
    const refused = new Promise<never>((_resolve, reject) => (refuse = reject));
    if (refuse) this.waiting.add(refuse);
    try {
      await Promise.race([this.synced, refused]);
    } finally {
      if (refuse) this.waiting.delete(refuse);
    }
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    let version: string | undefined;
    let backoff = FIRST_BACKOFF_MS;
    let lastProblem = '';
    while (!this.stopped.signal.aborted) {
      const began = performance.now();
      try {
        version ??= await this.list();
        this.missed = 0;
        version = await this.watch(version);
        lastProblem = '';
        backoff = await this.pauseAfterShort(began, backoff);
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        if (error instanceof Expired) {
          version = undefined;
          backoff = await this.pauseAfterShort(began, backoff);
          continue;
        }
        if (error instanceof KubeError && error.notFound) this.kindIsMissing();
        const isForbidden = error instanceof KubeError && error.status === FORBIDDEN;
        if (isForbidden) this.mayNot(error, version === undefined ? 'listed' : 'watched');
        const isUnwatched = isForbidden && version !== undefined;
        if (isUnwatched) version = undefined;
        const problem = messageOf(error);
        if (problem !== lastProblem) this.options.log(`watching ${this.type.plural}: ${problem}`);
        lastProblem = problem;
        const longest = isUnwatched ? MAX_UNWATCHED_MS : isAbsent(error) ? MAX_ABSENT_MS : MAX_REFUSED_MS;
        await this.pause(Math.min(backoff, longest));
        backoff = Math.min(backoff * 2, longest);
      }
    }
  }

  /**
   * Without a pause, a server that ends each watch at once, or has forgotten each version, would get requests in a
   * loop.
   *
   * @returns how long to wait the next time, milliseconds
   */
  private async pauseAfterShort(began: number, backoff: number): Promise<number> {
    if (performance.now() - began >= SHORT_MS) return FIRST_BACKOFF_MS;
    await this.pause(Math.min(backoff, MAX_ABSENT_MS));
    return Math.min(backoff * 2, MAX_ABSENT_MS);
  }

  /**
   * When a kind disappears, each of its objects is reported as deleted. While objects are known, a single "no such
   * kind" isn't enough: it may come from a proxy, or from a server that is just starting.
   */
  private kindIsMissing(): void {
    this.missed += 1;
    if (this.store.list().length === 0 || this.missed >= MISSED_BEFORE_GONE) this.fill([]);
  }

  /** Only a user can grant a missing permission, so callers that wait get the error. */
  private mayNot({ message, status }: KubeError, what: 'listed' | 'watched'): void {
    const { plural } = this.type;
    const known = this.isSynced ? 'what is known of them may be old' : 'nothing is known of them';
    this.refusal = new RefusedError(`${plural} may not be ${what}, so ${known}: ${message}`, status, message);
    if (this.isSynced) return;
    for (const refuse of this.waiting) refuse(this.refusal);
  }

  private fill(objects: readonly KubeObject[]): void {
    this.store.replace(objects);
    this.isSynced = true;
    this.markSynced();
  }

  /** Full jitter keeps many processes from coming back in the same instant. */
  private async pause(ms: number): Promise<void> {
    const { wait = (span, signal) => sleep(span, undefined, { signal }) } = this.options;
    await wait(ms / 2 + (Math.random() * ms) / 2, this.stopped.signal).catch(() => undefined);
  }

  private async list(): Promise<string> {
    const objects: KubeObject[] = [];
    let token: string | undefined;
    let version = '';
    do {
      const page = await this.client.list(
        this.type,
        {
          ...this.scope(),
          limit: PAGE,
          ...(token === undefined ? {} : { continue: token }),
        },
        this.stopped.signal,
      );
      for (const item of page.items) objects.push(this.complete(item));
      version = page.metadata.resourceVersion ?? version;
      token = page.metadata.continue;
    } while (token);
    this.fill(objects);
    return version;
  }

  /** @returns the version to continue from when the server has ended the watch */
  private async watch(from: string): Promise<string> {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.stopped.signal]);
    let version = from;
    const stream = await this.client.watch(this.type, { ...this.scope(), resourceVersion: from }, signal);
    this.refusal = undefined;
    const silence = setTimeout(() => ended.abort(), SILENCE_MS);
    try {
      for await (const line of linesOf(stream)) {
        silence.refresh();
        version = this.take(JSON.parse(line) as WatchEvent) ?? version;
      }
      return version;
    } catch (error) {
      // Silence, or a broken connection: continue from the last version seen.
      if (error instanceof Expired || this.stopped.signal.aborted) throw error;
      return version;
    } finally {
      clearTimeout(silence);
      ended.abort();
      stream.destroy();
    }
  }

  private take(event: WatchEvent): string | undefined {
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        this.store.set(this.complete(event.object));
        break;
      case 'DELETED':
        this.store.delete(this.complete(event.object));
        break;
      case 'BOOKMARK':
        break;
      case 'ERROR':
        // Whatever the error was, listing again is safe.
        throw new Expired();
    }
    return event.object.metadata.resourceVersion;
  }

  /** Items of a list, and bare metadata, come without their own kind. */
  private complete(object: KubeObject): KubeObject {
    return { ...object, apiVersion: this.type.apiVersion, kind: this.type.kind };
  }

  private scope(): { namespace?: string; metadataOnly?: boolean } {
    return {
      ...(this.options.namespace === undefined ? {} : { namespace: this.options.namespace }),
      ...(this.options.metadataOnly === undefined ? {} : { metadataOnly: this.options.metadataOnly }),
    };
  }
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** The server can't be reached, or is just starting. */
function isAbsent(error: unknown): boolean {
  return !(error instanceof KubeError) || error.status >= 500;
}

/** The version we have is too old for a watch. */
class Expired extends Error {}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  // readline doesn't pass on its input's errors.
  const broken = new Promise<never>((_resolve, reject) => stream.once('error', reject));
  broken.catch(() => undefined);
  const iterator = lines[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), broken]);
    if (next.done) return;
    if (next.value !== '') yield next.value;
  }
}
