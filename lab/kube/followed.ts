import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { ApiClient } from '../../src/kube/client.js';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import { Reflector } from '../../src/kube/reflector.js';

/** Short, because the lab's tests stop the API server and look how fast everybody is back. */
const LONGEST_PAUSE_MS = 200;

/** The minimum that identifies objects. */
interface Identified {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly uid: string };
}

export interface FollowHandlers<T> {
  /** An object is new, or no longer what it was. */
  onChange(object: T): void;
  /** An object is gone; it is given as it was last seen. */
  onGone(object: T): void;
  /** The connection broke or an object could not be read. It carries on by itself. */
  onTrouble(error: unknown): void;
}

/** The key under which an object is kept. */
export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** All objects of one kind as a schema reads them: what Serinus' own reflector keeps, parsed. */
export class Followed<S extends z.ZodType<Identified>> {
  readonly objects = new Map<string, z.infer<S>>();
  readonly #reflector: Reflector;

  constructor(
    client: ApiClient,
    readonly type: ResourceType,
    readonly schema: S,
    readonly handlers: FollowHandlers<z.infer<S>>,
  ) {
    this.#reflector = new Reflector(client, type, {
      log: (message) => handlers.onTrouble(message),
      wait: (ms, signal) => sleep(Math.min(ms, LONGEST_PAUSE_MS), undefined, { signal }),
    });
    this.#reflector.store.onChange((object, change) => {
      if (change === 'deleted') this.#deleted(object);
      else this.#set(object);
    });
  }

  /** Follows the kind until `stop`; resolves when what exists has been seen. */
  async start(): Promise<void> {
    this.#reflector.start();
    await this.#reflector.synced;
  }

  /** Sends nothing on from now on; its connection ends by itself. */
  stop(): void {
    void this.#reflector.stop();
  }

  #set(raw: KubeObject): void {
    const parsed = this.schema.safeParse(raw);
    if (!parsed.success) return this.handlers.onTrouble(parsed.error);
    const object = parsed.data;
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const former = this.objects.get(key);
    // Deleted and created again while we weren't looking: two objects, not one that changed.
    if (former && former.metadata.uid !== object.metadata.uid) this.#gone(key, former);
    this.objects.set(key, object);
    this.handlers.onChange(object);
  }

  #deleted({ metadata }: KubeObject): void {
    const key = keyOf(metadata.namespace ?? '', metadata.name);
    const known = this.objects.get(key);
    if (known) this.#gone(key, known);
  }

  #gone(key: string, object: z.infer<S>): void {
    this.objects.delete(key);
    this.handlers.onGone(object);
  }
}
