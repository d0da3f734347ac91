import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { KubeClient } from './client.js';
import { KubeError } from './errors.js';
import { lines } from './lines.js';

/** Short, because the lab's tests stop the API server and look how fast everybody is back. */
const RETRY_MS = 200;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(z.unknown()),
});

const eventSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});

const versionSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

/** The least that is needed to tell objects apart. */
interface Identified {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly uid: string };
}

export interface ReflectorHandlers<T> {
  /** An object is new, or no longer what it was. */
  onChange(object: T): void;
  /** An object is gone; it is given as it was last seen. */
  onGone(object: T): void;
  /** Everything that existed when we (again) listed has been told. */
  onSynced?(): void;
  /** The connection broke or an object could not be read. The reflector carries on by itself. */
  onTrouble?(error: unknown): void;
}

/** The key under which a reflector keeps an object. */
export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/**
 * Keeps a local copy of all objects of one kind: lists, watches, and after a broken connection watches on
 * from where it was, or lists again when that is too long ago.
 */
export class Reflector<S extends z.ZodType<Identified>> {
  readonly objects = new Map<string, z.infer<S>>();
  readonly #stop = new AbortController();
  /** Up to where we know what has happened; undefined before the first list, or when that is too long ago. */
  #version: string | undefined;

  constructor(
    readonly client: KubeClient,
    /** For instance `/api/v1/pods`. */
    readonly path: string,
    readonly schema: S,
    readonly handlers: ReflectorHandlers<z.infer<S>>,
  ) {}

  /** Runs until `stop`. */
  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        this.#version ??= await this.#list();
        await this.#watch(this.#version);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        // The server won't go on from there, most likely because it is too long ago (410).
        if (error instanceof KubeError) this.#version = undefined;
        this.handlers.onTrouble?.(error);
        await sleep(RETRY_MS);
      }
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #list(): Promise<string> {
    const list = await this.client.get(this.path, listSchema, { signal: this.#stop.signal });
    const seen = new Set<string>();
    for (const item of list.items) {
      const key = this.#changed(item);
      if (key !== undefined) seen.add(key);
    }
    for (const [key, object] of this.objects) {
      if (!seen.has(key)) this.#gone(key, object);
    }
    this.handlers.onSynced?.();
    return list.metadata.resourceVersion;
  }

  /** Follows the changes after `version` until the server ends the watch. */
  async #watch(version: string): Promise<void> {
    const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version };
    const stream = await this.client.open(this.path, { query, signal: this.#stop.signal });
    for await (const line of lines(stream)) {
      const event = eventSchema.parse(JSON.parse(line));
      if (event.type === 'ERROR') throw new KubeError(410, 'Expired', `watch of ${this.path}: ${line}`);
      this.#version = versionSchema.parse(event.object).metadata.resourceVersion;
      if (event.type === 'DELETED') this.#deleted(event.object);
      else if (event.type !== 'BOOKMARK') this.#changed(event.object);
    }
  }

  #changed(raw: unknown): string | undefined {
    const object = this.#parse(raw);
    if (!object) return undefined;
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const former = this.objects.get(key);
    // Deleted and created again while we weren't looking: two objects, not one that changed.
    if (former && former.metadata.uid !== object.metadata.uid) this.#gone(key, former);
    this.objects.set(key, object);
    this.handlers.onChange(object);
    return key;
  }

  #deleted(raw: unknown): void {
    const object = this.#parse(raw);
    if (object) this.#gone(keyOf(object.metadata.namespace, object.metadata.name), object);
  }

  #gone(key: string, object: z.infer<S>): void {
    this.objects.delete(key);
    this.handlers.onGone(object);
  }

  #parse(raw: unknown): z.infer<S> | undefined {
    const parsed = this.schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    this.handlers.onTrouble?.(parsed.error);
    return undefined;
  }
}
