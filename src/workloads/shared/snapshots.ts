import type { Canary } from '../../crds/canary.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { fitting, LONGEST_LABEL } from '../../kube/names.js';
import type { KubeObject } from '../../kube/object.js';
import { CONTROLLER_REVISIONS } from '../../kube/object.js';
import { parseFence, type Fence } from '../../domain/decision/fence.js';
import { isOurs } from '../../kubernetes/ownership.js';
import { FENCE_ANNOTATION, make, remove } from '../../kubernetes/write.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';
import type { Previous } from '../port.js';
import { CONFIGS, configsOf, FORMER_CONFIGS } from './promoted-configs.js';
import { contentHash } from './revision.js';

/** Set while a promotion is under way: which revision the primary held before. */
const PROMOTED_FROM = 'serinus.dev/promoted-from';
/** Hash of that revision, as the status had it; stays on a primary that has been put back to it. */
const FROM_REVISION = 'serinus.dev/promoted-from-revision';
/** Which revision the primary held before its last finished promotion; what an undo brings back. */
const PREVIOUS = 'serinus.dev/previous';
const PREVIOUS_REVISION = 'serinus.dev/previous-revision';
/** Annotations of a primary that say what it held before. */
export const MARKS: readonly string[] = [
  PROMOTED_FROM,
  FROM_REVISION,
  PREVIOUS,
  PREVIOUS_REVISION,
  CONFIGS,
  FORMER_CONFIGS,
];
/** In place of its name, once the promotion is being undone. */
const UNDONE = 'undone';
/** Former contents that are kept of each primary. */
const KEPT = 3;
const OF_CANARY = 'serinus.dev/canary';
/** On a snapshot: hash of the revision that the primary held, how many pods it had, and {@link CONFIGS}. */
const REVISION = 'serinus.dev/revision';
const REPLICAS = 'serinus.dev/replicas';

/** What is known of a primary besides what is kept of it. */
export interface Facts {
  /** Pods that it has; undefined for a primary that has none of its own. */
  readonly replicas?: number;
}

/** What a primary that is gone was made of. */
export interface Lost<Content> {
  /** Undefined where it isn't known any more. */
  readonly content: Content | undefined;
  /** Checksums of its configs, where they are known. */
  readonly configs: Readonly<Record<string, string>> | undefined;
  /** How many pods it had when that was last written down. */
  readonly replicas: number | undefined;
}

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
  async keep(canary: Canary, primary: KubeObject | undefined, fence: Claim, facts: Facts = {}): Promise<void> {
    // A promotion that is carried out twice must not keep what it has just written.
    if (!primary || isMarkedBy(primary, fence)) return;
    const kept = (await this.all(canary)).toSorted((a, b) => revisionOf(b) - revisionOf(a));
    const name = this.nameOf(canary, primary);
    const annotations = annotationsOf(canary, primary, facts);
    const [known, others] = [kept.find(isNamed(name)), kept.filter((item) => !isNamed(name)(item))];
    const next = Math.max(0, ...others.map(revisionOf)) + 1;
    if (!known) await this.create(canary, name, primary, next, annotations, fence);
    else await this.renew(known, Math.max(next, revisionOf(known)), annotations, fence);
    for (const item of others.slice(KEPT - 1)) await remove(this.cache, CONTROLLER_REVISIONS, item, { fence });
  }

  /** All that is kept of the Canary's primary, from the API server. A label alone makes nothing the Canary's. */
  async all({ namespace, name, owner }: Canary): Promise<readonly KubeObject[]> {
    const labelSelector = `${OF_CANARY}=${fitting(name, LONGEST_LABEL)}`;
    const { items } = await this.cache.client.list(CONTROLLER_REVISIONS, { namespace, labelSelector });
    return items.filter((item) => isOurs(item, owner));
  }

  /** The promoted primary with a mark of what it held before its promotion began. */
  marked<T extends KubeObject>(canary: Canary, before: KubeObject, promoted: T, fence: Fence): T {
    const known = isMarkedBy(before, fence) ? before.metadata.annotations : undefined;
    const annotations = {
      ...promoted.metadata.annotations,
      [PROMOTED_FROM]: known?.[PROMOTED_FROM] ?? this.nameOf(canary, before),
      [FROM_REVISION]: known?.[FROM_REVISION] ?? canary.status.lastPromotedSpec,
    };
    return { ...promoted, metadata: { ...promoted.metadata, annotations } };
  }

  /** @returns what the primary held before the promotion that is under way; undefined where there is none */
  async before(canary: Canary, primary: KubeObject): Promise<Content | undefined> {
    return this.contentOf(canary, primary.metadata.annotations?.[PROMOTED_FROM]);
  }

  /** @returns what the primary held before its last promotion, finished or not; undefined where that is unknown */
  async previous(canary: Canary, primary: KubeObject): Promise<Content | undefined> {
    const { [PROMOTED_FROM]: mark, [PREVIOUS]: previous } = primary.metadata.annotations ?? {};
    return this.contentOf(canary, mark ?? previous);
  }

  /** What an undo would bring back. */
  async undoable(canary: Canary, primary: KubeObject): Promise<Previous | 'undone' | undefined> {
    const annotations = primary.metadata.annotations ?? {};
    if (annotations[PROMOTED_FROM] === undefined && annotations[PREVIOUS] === UNDONE) return 'undone';
    if ((await this.previous(canary, primary)) === undefined) return undefined;
    return {
      revision: annotations[annotations[PROMOTED_FROM] === undefined ? PREVIOUS_REVISION : FROM_REVISION] ?? '',
    };
  }

  /** What a primary was made of that is gone. @param revision hash of what it is to run */
  async lost(canary: Canary, revision: string): Promise<Lost<Content>> {
    const newestFirst = (await this.all(canary)).toSorted((a, b) => revisionOf(b) - revisionOf(a));
    const found = newestFirst.find(({ metadata }) => metadata.annotations?.[REVISION] === revision);
    const replicas = Number((found ?? newestFirst[0])?.metadata.annotations?.[REPLICAS]);
    return {
      content: (found?.['data'] as { template?: Content } | undefined)?.template,
      configs: found && configsOf(found),
      replicas: Number.isInteger(replicas) ? replicas : undefined,
    };
  }

  private async contentOf(canary: Canary, name: string | undefined): Promise<Content | undefined> {
    if (name === undefined || name === UNDONE) return undefined;
    const kept = await this.cache.client.get(CONTROLLER_REVISIONS, canary.namespace, name);
    return (kept?.['data'] as { template?: Content } | undefined)?.template;
  }

  /** The same for the same content. */
  private nameOf(canary: Canary, primary: KubeObject): string {
    return `${canary.targetRef.primaryName}-${contentHash(this.kept.identity(this.kept.of(primary)))}`;
  }

  /** The same content may be another revision's by now, and have another size; as the newest it is the last to go. */
  private async renew(item: KubeObject, revision: number, annotations: StringMap, fence: Claim): Promise<void> {
    const { namespace, name, resourceVersion, annotations: known = {} } = item.metadata;
    const isAsItWas = Object.entries(annotations).every(([key, value]) => known[key] === value);
    if (isAsItWas && revision === revisionOf(item)) return;
    await fence.confirm(false);
    const body = { metadata: { resourceVersion, annotations }, revision };
    await this.cache.client.patch(CONTROLLER_REVISIONS, 'merge', namespace, name, body);
  }

  private async create(
    canary: Canary,
    name: string,
    primary: KubeObject,
    revision: number,
    annotations: StringMap,
    fence: Claim,
  ): Promise<void> {
    const snapshot: KubeObject = {
      apiVersion: CONTROLLER_REVISIONS.apiVersion,
      kind: CONTROLLER_REVISIONS.kind,
      metadata: {
        name,
        namespace: canary.namespace,
        labels: { [OF_CANARY]: fitting(canary.name, LONGEST_LABEL) },
        annotations,
        ownerReferences: [canary.owner],
      },
      revision,
      data: { template: this.kept.of(primary) },
    };
    await make(this.cache, CONTROLLER_REVISIONS, snapshot, { fence });
  }
}

function revisionOf(item: KubeObject): number {
  return Number(item['revision'] ?? 0);
}

function isNamed(name: string) {
  return ({ metadata }: KubeObject): boolean => metadata.name === name;
}

function annotationsOf(canary: Canary, primary: KubeObject, { replicas }: Facts): StringMap {
  const { [CONFIGS]: configs } = primary.metadata.annotations ?? {};
  return {
    [REVISION]: canary.status.lastPromotedSpec,
    ...(replicas === undefined ? {} : { [REPLICAS]: String(replicas) }),
    ...(configs === undefined ? {} : { [CONFIGS]: configs }),
  };
}

/** Whether a promotion by the writer of this fence has begun; the mark of one who has given up counts for nothing. */
export function isMarkedBy(primary: KubeObject, fence: Fence): boolean {
  const { [PROMOTED_FROM]: mark, [FENCE_ANNOTATION]: stamp } = primary.metadata.annotations ?? {};
  return mark !== undefined && parseFence(stamp)?.epoch === fence.epoch;
}

/** The primary without the mark: there is no promotion under way any more. */
export function unmarked<T extends KubeObject>(primary: T): T {
  const { [PROMOTED_FROM]: _mark, ...annotations } = primary.metadata.annotations ?? {};
  return { ...primary, metadata: { ...primary.metadata, annotations } };
}

/** The primary when its promotion is finished: what it held before is what an undo brings back. */
export function settled<T extends KubeObject>(primary: T): T {
  const { [PROMOTED_FROM]: mark, [FROM_REVISION]: revision, ...others } = primary.metadata.annotations ?? {};
  if (mark === undefined) return primary;
  const annotations = { ...others, [PREVIOUS]: mark, [PREVIOUS_REVISION]: revision ?? '' };
  return { ...primary, metadata: { ...primary.metadata, annotations } };
}

/** The primary as if its last promotion weren't finished, so that whoever rolls it back puts the former content back. */
export function reopened<T extends KubeObject>(primary: T): T {
  const { [PREVIOUS]: previous, [PREVIOUS_REVISION]: revision, ...others } = primary.metadata.annotations ?? {};
  if (previous === undefined || previous === UNDONE || others[PROMOTED_FROM] !== undefined) return primary;
  const annotations = { ...others, [PREVIOUS]: UNDONE, [PROMOTED_FROM]: previous, [FROM_REVISION]: revision ?? '' };
  return { ...primary, metadata: { ...primary.metadata, annotations } };
}

/** Hash of the revision that a primary has been put back to, or is to be; undefined where it has not been. */
export function restoredRevision(primary: KubeObject): string | undefined {
  const revision = primary.metadata.annotations?.[FROM_REVISION];
  return revision === '' ? undefined : revision;
}
