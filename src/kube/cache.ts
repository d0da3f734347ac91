import { RefusedError, TransientError } from '../errors.js';
import type { ApiClient, ListOptions } from './client.js';
import { KubeError } from './kube-error.js';
import type { KubeObject, ResourceType } from './object.js';
import { pathOf } from './path.js';
import { Reflector } from './reflector.js';
import { refusalIn } from './refusals.js';
import type { Store } from './store.js';

/**
 * The known state of the cluster: one reflector for each kind that has been read. Ticks read from here; an idle Canary
 * costs no request.
 */
export class ClusterCache {
  private readonly reflectors = new Map<string, Reflector>();
  private stopped = false;

  /**
   * @param namespace the only namespace that is watched; all of them where undefined
   * @param metadataOnly kinds of which only metadata is kept, by plural name
   */
  constructor(
    readonly client: ApiClient,
    private readonly options: {
      readonly namespace?: string | undefined;
      readonly metadataOnly?: readonly ResourceType[];
      readonly log: (message: string) => void;
    },
  ) {}

  /**
   * Starts to watch a kind, unless it is watched already; its store fills soon after.
   *
   * @throws TransientError once the cache has been stopped: nothing would stop a new watch
   */
  watch(type: ResourceType): Reflector {
    const key = pathOf(type);
    const known = this.reflectors.get(key);
    if (known) return known;
    if (this.stopped) throw new TransientError(`this process is stopping and looks at no ${type.plural} any more`);
    const metadataOnly = this.isMetadataOnly(type);
    const reflector = new Reflector(this.client, type, {
      namespace: this.options.namespace,
      metadataOnly,
      log: this.options.log,
    });
    this.reflectors.set(key, reflector);
    return reflector.start();
  }

  /** Whether a kind is watched already. */
  watches(type: ResourceType): boolean {
    return this.reflectors.has(pathOf(type));
  }

  /**
   * Whether a kind may be listed, for optional kinds.
   *
   * @returns undefined where the API server gave no answer
   */
  async maySee(type: ResourceType): Promise<boolean | undefined> {
    const { namespace, log } = this.options;
    try {
      await this.client.list(type, { limit: 1, ...(namespace === undefined ? {} : { namespace }) });
      return true;
    } catch (error) {
      if (!(error instanceof KubeError) || ![403, 404].includes(error.status)) return undefined;
      log(`${type.plural} are left out: ${error.message}`);
      return false;
    }
  }

  /**
   * The store of a kind, filled.
   *
   * @throws UserError where this process may not list the kind
   */
  async synced(type: ResourceType): Promise<Store> {
    const reflector = this.watch(type);
    await reflector.ready();
    return reflector.store;
  }

  /**
   * The same for a caller that can do nothing without the kind: waits until it may be listed, however long that takes.
   */
  async filled(type: ResourceType): Promise<Store> {
    const reflector = this.watch(type);
    await reflector.synced;
    return reflector.store;
  }

  /** From the cache; undefined where there is no such object. */
  async get(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    return (await this.synced(type)).get(namespace, name);
  }

  /**
   * From the API server, which also brings the cache up to date. A kind that may not be listed may be got by name all the
   * same.
   *
   * @throws RefusedError where this process may not get it
   */
  async getFresh(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    const reflector = this.watch(type);
    await reflector.ready().catch(unlessRefused);
    const object = await this.read(type, namespace, name);
    if (object) {
      this.remember(type, object);
      return object;
    }
    const stale = reflector.store.get(namespace, name);
    if (stale) reflector.store.delete(stale);
    return undefined;
  }

  /** As {@link getFresh}, and by what is known of it where this process may not get it: for whoever must not wait. */
  async freshest(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    try {
      return await this.getFresh(type, namespace, name);
    } catch (error) {
      unlessRefused(error);
      return this.get(type, namespace, name);
    }
  }

  /**
   * From the API server with all its fields; nothing of it is kept.
   *
   * @throws RefusedError where this process may not get it
   */
  async read(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    try {
      return await this.client.get(type, namespace, name);
    } catch (error) {
      throw refusalIn(error);
    }
  }

  /**
   * What the API server has of a kind, with all fields; nothing of it is kept.
   *
   * @throws RefusedError where this process may not list it
   */
  async query(type: ResourceType, options: ListOptions): Promise<readonly KubeObject[]> {
    try {
      return (await this.client.list(type, options)).items;
    } catch (error) {
      throw refusalIn(error);
    }
  }

  /** What keeps this process from knowing how objects of these kinds are now: rights that somebody must give, once each. */
  complaints(types: Iterable<ResourceType>): readonly string[] {
    const paths = new Set([...types].map((type) => pathOf(type)));
    return [...paths].flatMap((path) => this.reflectors.get(path)?.complaint ?? []);
  }

  /** Takes the answer to one of our own writes into the cache, so that the next reader sees it. */
  remember(type: ResourceType, object: KubeObject): void {
    const kept = this.isMetadataOnly(type)
      ? { apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata }
      : object;
    this.reflectors.get(pathOf(type))?.store.set(kept);
  }

  /** Whether objects of this kind are kept with all their fields, not only their metadata. */
  keepsWhole(type: ResourceType): boolean {
    return !this.isMetadataOnly(type);
  }

  private isMetadataOnly(type: ResourceType): boolean {
    return this.options.metadataOnly?.some((other) => pathOf(other) === pathOf(type)) ?? false;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.reflectors.values()].map((reflector) => reflector.stop()));
    this.reflectors.clear();
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof RefusedError)) throw error;
}
