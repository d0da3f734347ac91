import type { Canary } from '../../crds/canary.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { CONTROLLER_REVISIONS, type NamedObject } from '../../kube/object.js';
import { remove } from '../../kubernetes/write.js';
import type { Configs } from '../configs/configs.js';
import type { UndoArtifacts, WarmPods } from '../port.js';
import type { Snapshots } from './snapshots.js';

/** {@link UndoArtifacts} of any workload whose primary has snapshots. */
export class SnapshotArtifacts<Content> implements UndoArtifacts {
  constructor(
    private readonly cache: ClusterCache,
    private readonly snapshots: Snapshots<Content>,
    private readonly pods: { readonly warm?: WarmPods | undefined; readonly configs?: Configs | undefined } = {},
  ) {}

  async list(canary: Canary): Promise<readonly NamedObject[]> {
    const warm = await this.pods.warm?.find(canary);
    const snapshots = await this.snapshots.all(canary);
    return [
      ...(warm ? [warm] : []),
      ...snapshots.map(({ metadata }) => ({ type: CONTROLLER_REVISIONS, name: metadata.name })),
      ...((await this.pods.configs?.former.of(canary.namespace, canary.owner)) ?? []),
    ];
  }

  async forget(canary: Canary, fence: Claim): Promise<void> {
    // Warm pods first: they read the configs.
    await this.pods.warm?.drop(canary, fence);
    await this.pods.configs?.former.forget(canary.namespace, canary.owner, fence);
    for (const snapshot of await this.snapshots.all(canary)) {
      await remove(this.cache, CONTROLLER_REVISIONS, snapshot, { fence });
    }
  }
}
