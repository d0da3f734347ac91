import type { Readable } from 'node:stream';
import { RefusedError } from '../errors.js';
import { ClusterCache } from './cache.js';
import type { ApiClient, ApplyOptions, KubeClient, ListOptions, ObjectList, PatchType } from './client.js';
import { titleOf, type KubeObject, type ResourceType } from './object.js';
import { pathOf } from './path.js';
import { refusalIn } from './refusals.js';
import type { Reflector } from './reflector.js';
import { RehearsedLists } from './rehearsed-lists.js';
import type { Store } from './store.js';

/**
 * A cache whose writes the API server only checks (`dryRun=All`): admission policies, quotas and validation answer as
 * usual, and nothing is stored. Such a write is visible to readers of this cache, and to no others. Reads come from the
 * real cache where possible, so that a rehearsal causes no further requests. A refused write is noted and still visible
 * here, so that later writes are checked, too.
 */
export class RehearsalCache extends ClusterCache {
  private readonly written = new Map<string, KubeObject>();
  private readonly known = new Set<string>();

  constructor(
    private readonly real: ClusterCache,
    /** What the API server refuses, in words for an event. */
    readonly refused = new Set<string>(),
  ) {
    super(new NotingClient(real.client.rehearsing(), refused), { log: () => undefined });
  }

  override watch(type: ResourceType): Reflector {
    return this.real.watch(type);
  }

  override watches(type: ResourceType): boolean {
    return this.real.watches(type);
  }

  override keepsWhole(type: ResourceType): boolean {
    return this.real.keepsWhole(type);
  }

  override maySee(type: ResourceType): Promise<boolean | undefined> {
    return this.real.maySee(type);
  }

  override synced(type: ResourceType): Promise<Store> {
    return this.real.synced(type);
  }

  override filled(type: ResourceType): Promise<Store> {
    return this.real.filled(type);
  }

  override async get(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    return this.written.get(pathOf(type, namespace, name)) ?? this.real.get(type, namespace, name);
  }

  /** The first time from the cache; from the API server only after a conflict. */
  override async getFresh(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    const key = pathOf(type, namespace, name);
    const written = this.written.get(key);
    if (written) return written;
    if (this.known.has(key)) return this.real.getFresh(type, namespace, name);
    this.known.add(key);
    return this.real.get(type, namespace, name);
  }

  /** A stored version would have another number: a second write of the object uses the version of the first read. */
  override remember(type: ResourceType, object: KubeObject): void {
    this.written.set(pathOf(type, object.metadata.namespace, object.metadata.name), object);
  }

  override stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** Notes refusals of created or replaced objects, and continues as if they had been accepted. */
class NotingClient implements ApiClient {
  readonly server: string;
  private readonly lists = new RehearsedLists();

  constructor(
    private readonly client: KubeClient,
    private readonly refused: Set<string>,
  ) {
    this.server = client.server;
  }

  create(type: ResourceType, object: KubeObject): Promise<KubeObject> {
    return this.attempt(type, object, () => this.client.create(type, object), true);
  }

  replace(type: ResourceType, object: KubeObject, subresource?: string): Promise<KubeObject> {
    return this.attempt(type, object, () => this.client.replace(type, object, subresource));
  }

  rehearsing(token?: string): KubeClient {
    return this.client.rehearsing(token);
  }

  get(...args: Parameters<ApiClient['get']>): Promise<KubeObject | undefined> {
    return this.client.get(...args);
  }

  list(type: ResourceType, options: ListOptions = {}, signal?: AbortSignal): Promise<ObjectList> {
    return this.lists.list(type, options, () => this.client.list(type, options, signal));
  }

  apply(type: ResourceType, object: KubeObject, options?: ApplyOptions): Promise<KubeObject> {
    return this.client.apply(type, object, options);
  }

  async patch(
    type: ResourceType,
    kind: PatchType,
    namespace: string | undefined,
    name: string,
    body: unknown,
  ): Promise<KubeObject> {
    const made = this.lists.made(type, namespace, name);
    if (made) return made;
    const patched = await this.client.patch(type, kind, namespace, name, body);
    this.lists.note(type, namespace, name, patched);
    return patched;
  }

  async delete(...args: Parameters<ApiClient['delete']>): Promise<void> {
    const [type, namespace, name] = args;
    if (!this.lists.made(type, namespace, name)) await this.client.delete(...args);
    this.lists.note(type, namespace, name, undefined);
  }

  request<T>(...args: Parameters<ApiClient['request']>): Promise<T> {
    return this.client.request<T>(...args);
  }

  watch(type: ResourceType, options: ListOptions, signal: AbortSignal): Promise<Readable> {
    return this.client.watch(type, options, signal);
  }

  podLog(...args: Parameters<ApiClient['podLog']>): Promise<Readable> {
    return this.client.podLog(...args);
  }

  private async attempt(
    type: ResourceType,
    object: KubeObject,
    write: () => Promise<KubeObject>,
    isNew = false,
  ): Promise<KubeObject> {
    const { namespace, name } = object.metadata;
    try {
      const written = await write();
      this.lists.note(type, namespace, name, written, isNew);
      return written;
    } catch (error) {
      const refusal = refusalIn(error, titleOf(object));
      if (!(refusal instanceof RefusedError)) throw error;
      if (!isNoAnswer(refusal)) this.refused.add(refusal.message);
      this.lists.note(type, namespace, name, object, isNew);
      return object;
    }
  }
}

const NOT_FOUND = 404;

/**
 * A webhook with side effects isn't called in a dry run, and an object that was only created in a rehearsal can't be
 * changed: the API server's real answer is unknown then.
 */
function isNoAnswer({ reason, status }: RefusedError): boolean {
  return status === NOT_FOUND || reason.includes('does not support dry run');
}
