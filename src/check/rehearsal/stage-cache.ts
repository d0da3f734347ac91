import { ClusterCache } from '../../kube/cache.js';
import type { KubeObject, ResourceType } from '../../kube/object.js';
import type { Reflector } from '../../kube/reflector.js';
import { Store } from '../../kube/store.js';
import type { StageClient } from './stage-client.js';

/** What a rehearsal reads, in one namespace: nothing is watched, each object is read on demand. */
export class StageCache extends ClusterCache {
  constructor(
    private readonly stage: StageClient,
    private readonly namespace: string,
  ) {
    super(stage, { namespace, log: () => undefined });
  }

  override watch(type: ResourceType): Reflector {
    throw new Error(`a rehearsal doesn't wait for ${type.plural}`);
  }

  override async synced(type: ResourceType): Promise<Store> {
    const store = new Store();
    const { items } = await this.stage.list(type, { namespace: this.namespace });
    for (const item of items) store.set(item);
    return store;
  }

  override filled(type: ResourceType): Promise<Store> {
    return this.synced(type);
  }

  override get(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    return this.stage.get(type, namespace, name);
  }

  override getFresh(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    return this.stage.get(type, namespace, name);
  }

  override remember(type: ResourceType, object: KubeObject): void {
    this.stage.remember(type, object);
  }
}
