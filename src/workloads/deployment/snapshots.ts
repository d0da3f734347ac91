import type { Canary } from '../../crds/canary.js';
import type { ClusterCache } from '../../kubernetes/cache.js';
import { KubeError } from '../../kubernetes/client.js';
import { CONTROLLER_REVISIONS } from '../../kubernetes/object.js';
import { PROMOTED_FROM, ROLLOUT_ID } from './primary.js';
import { templateHash } from './revision.js';
import type { Deployment, PodTemplate } from './types.js';

/** Former templates that are kept for each primary. */
const KEPT = 3;
const OF_CANARY = 'serinus.dev/canary';

/**
 * The templates a primary had before its last promotions, each in a ControllerRevision: what a rollback during a
 * promotion puts back.
 */
export class Snapshots {
  constructor(private readonly cache: ClusterCache) {}

  /** The same for the same template. */
  nameOf(canary: Canary, primary: Deployment): string {
    return `${canary.targetRef.primaryName}-${templateHash(withoutRolloutId(primary.spec.template))}`;
  }

  /** Keeps the primary's present template; the oldest kept ones go. */
  async keep(canary: Canary, primary: Deployment | undefined): Promise<void> {
    // A promotion that is carried out twice must not keep what it has just written.
    if (!primary || primary.metadata.annotations?.[PROMOTED_FROM] !== undefined) return;
    const { client } = this.cache;
    const kept = await client.list(CONTROLLER_REVISIONS, {
      namespace: canary.namespace,
      labelSelector: `${OF_CANARY}=${canary.name}`,
    });
    const revisions = kept.items.map((item) => Number(item['revision'] ?? 0));
    const name = this.nameOf(canary, primary);
    if (!kept.items.some((item) => item.metadata.name === name)) {
      await this.create(canary, name, primary.spec.template, Math.max(0, ...revisions) + 1);
    }
    const oldest = [...kept.items]
      .sort((a, b) => Number(b['revision'] ?? 0) - Number(a['revision'] ?? 0))
      .slice(KEPT - 1);
    for (const item of oldest) {
      if (item.metadata.name !== name) await client.delete(CONTROLLER_REVISIONS, canary.namespace, item.metadata.name);
    }
  }

  /** @returns undefined where it isn't kept any more */
  async read(canary: Canary, name: string): Promise<PodTemplate | undefined> {
    const kept = await this.cache.client.get(CONTROLLER_REVISIONS, canary.namespace, name);
    return (kept?.['data'] as { template?: PodTemplate } | undefined)?.template;
  }

  private async create(canary: Canary, name: string, template: PodTemplate, revision: number): Promise<void> {
    try {
      await this.cache.client.create(CONTROLLER_REVISIONS, {
        apiVersion: CONTROLLER_REVISIONS.apiVersion,
        kind: CONTROLLER_REVISIONS.kind,
        metadata: {
          name,
          namespace: canary.namespace,
          labels: { [OF_CANARY]: canary.name },
          ownerReferences: [canary.owner],
        },
        revision,
        data: { template },
      });
    } catch (error) {
      if (!(error instanceof KubeError) || !error.alreadyExists) throw error;
    }
  }
}

function withoutRolloutId(template: PodTemplate): PodTemplate {
  const { [ROLLOUT_ID]: _id, ...annotations } = template.metadata?.annotations ?? {};
  return { ...template, metadata: { ...template.metadata, annotations } };
}
