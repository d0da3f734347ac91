import type { Canary } from '../../crds/canary.js';
import type { ClusterCache } from '../../kubernetes/cache.js';
import { KubeError } from '../../kubernetes/client.js';
import type { KubeObject } from '../../kubernetes/object.js';
import { CONTROLLER_REVISIONS } from '../../kubernetes/object.js';
import { contentHash } from './revision.js';

/** Set while a promotion is under way: which revision the primary held before. */
const PROMOTED_FROM = 'serinus.dev/promoted-from';
/** Former contents that are kept of each primary. */
const KEPT = 3;
const OF_CANARY = 'serinus.dev/canary';

/** What is kept of a primary, and put back: a pod template, or the spec of a Service. */
export interface Kept<Content> {
  of(primary: KubeObject): Content;
  /** What makes one content another than a former one. */
  identity(content: Content): unknown;
}

/**
 * What a primary held before its last promotions, each in a ControllerRevision: what a rollback during a promotion puts
 * back.
 */
export class Snapshots<Content> {
  constructor(
    private readonly cache: ClusterCache,
    private readonly kept: Kept<Content>,
  ) {}

  /** Keeps what the primary holds now; the oldest kept ones go. */
  async keep(canary: Canary, primary: KubeObject | undefined): Promise<void> {
    // A promotion that is carried out twice must not keep what it has just written.
    if (!primary || isMarked(primary)) return;
    const { client } = this.cache;
    const kept = await client.list(CONTROLLER_REVISIONS, {
      namespace: canary.namespace,
      labelSelector: `${OF_CANARY}=${canary.name}`,
    });
    const revisions = kept.items.map((item) => Number(item['revision'] ?? 0));
    const name = this.nameOf(canary, primary);
    if (!kept.items.some((item) => item.metadata.name === name)) {
      await this.create(canary, name, this.kept.of(primary), Math.max(0, ...revisions) + 1);
    }
    const oldest = [...kept.items]
      .sort((a, b) => Number(b['revision'] ?? 0) - Number(a['revision'] ?? 0))
      .slice(KEPT - 1);
    for (const item of oldest) {
      if (item.metadata.name !== name) await client.delete(CONTROLLER_REVISIONS, canary.namespace, item.metadata.name);
    }
  }

  /** The promoted primary with a mark of what it held before its promotion began. */
  marked<T extends KubeObject>(canary: Canary, before: KubeObject, promoted: T): T {
    const mark = before.metadata.annotations?.[PROMOTED_FROM] ?? this.nameOf(canary, before);
    const annotations = { ...promoted.metadata.annotations, [PROMOTED_FROM]: mark };
    return { ...promoted, metadata: { ...promoted.metadata, annotations } };
  }

  /** @returns what the primary held before the promotion that is under way; undefined where there is none */
  async before(canary: Canary, primary: KubeObject): Promise<Content | undefined> {
    const name = primary.metadata.annotations?.[PROMOTED_FROM];
    if (name === undefined) return undefined;
    const kept = await this.cache.client.get(CONTROLLER_REVISIONS, canary.namespace, name);
    return (kept?.['data'] as { template?: Content } | undefined)?.template;
  }

  /** The same for the same content. */
  private nameOf(canary: Canary, primary: KubeObject): string {
    return `${canary.targetRef.primaryName}-${contentHash(this.kept.identity(this.kept.of(primary)))}`;
  }

  private async create(canary: Canary, name: string, template: Content, revision: number): Promise<void> {
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

function isMarked(primary: KubeObject): boolean {
  return primary.metadata.annotations?.[PROMOTED_FROM] !== undefined;
}

/** The primary without the mark: there is no promotion under way any more. */
export function unmarked<T extends KubeObject>(primary: T): T {
  const { [PROMOTED_FROM]: _mark, ...annotations } = primary.metadata.annotations ?? {};
  return { ...primary, metadata: { ...primary.metadata, annotations } };
}
