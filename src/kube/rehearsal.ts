import { ClusterCache } from './cache.js';
import type { KubeObject, ResourceType } from './object.js';
import { pathOf } from './path.js';
import type { Reflector } from './reflector.js';
import type { Store } from './store.js';

/**
 * A cache whose writes the API server only checks (`dryRun=All`): admission policies, quotas and validation say what
 * they would say, and nothing is stored. What has been written so is seen by whoever reads it here, and by nobody else.
 * Reads come from the real cache as far as they can: a rehearsal is no reason to ask again.
 */
export class RehearsalCache extends ClusterCache {
  private readonly written = new Map<string, KubeObject>();
  private readonly read = new Set<string>();

  constructor(private readonly real: ClusterCache) {
    super(real.client.rehearsing(), { log: () => undefined });
  }

  override watch(type: ResourceType): Reflector {
    return this.real.watch(type);
  }

  override watches(type: ResourceType): boolean {
    return this.real.watches(type);
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

  /** The first time from the cache; again only where what was read there has led to a conflict. */
  override async getFresh(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    const key = pathOf(type, namespace, name);
    const written = this.written.get(key);
    if (written) return written;
    if (this.read.has(key)) return this.real.getFresh(type, namespace, name);
    this.read.add(key);
    return this.real.get(type, namespace, name);
  }

  /** A stored version would have another number: a second write of the object goes by the first read. */
  override remember(type: ResourceType, object: KubeObject): void {
    this.written.set(pathOf(type, object.metadata.namespace, object.metadata.name), object);
  }

  override stop(): Promise<void> {
    return Promise.resolve();
  }
}
