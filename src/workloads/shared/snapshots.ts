import type { Canary } from '../../crds/canary.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { fitting, LONGEST_LABEL } from '../../kube/names.js';
import type { KubeObject } from '../../kube/object.js';
import { CONTROLLER_REVISIONS } from '../../kube/object.js';
import { parseFence, type Fence } from '../../domain/decision/fence.js';
import { isOurs } from '../../kubernetes/ownership.js';
import { amend, FENCE_ANNOTATION, make, remove } from '../../kubernetes/write.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';
import type { Previous } from '../port.js';
import { CONFIGS, configsOf, FORMER_CONFIGS } from './promoted-configs.js';
import { contentHash } from './revision.js';

/** Set while a promotion is under way: the revision that the primary held before. */
const PROMOTED_FROM = 'serinus.dev/promoted-from';
/** Hash of that revision, from the status; stays on a primary that has been restored to it. */
const FROM_REVISION = 'serinus.dev/promoted-from-revision';
/** The revision that the primary held before its last finished promotion; what an undo restores. */
const PREVIOUS = 'serinus.dev/previous';
const PREVIOUS_REVISION = 'serinus.dev/previous-revision';
/** Annotations of a primary about its former content. */
export const MARKS: readonly string[] = [
  PROMOTED_FROM,
  FROM_REVISION,
  PREVIOUS,
  PREVIOUS_REVISION,
  CONFIGS,
  FORMER_CONFIGS,
];
/** Replaces the name, once the promotion is being undone. */
const UNDONE = 'undone';
/** Former contents kept of each primary. */
const KEPT = 3;
const OF_CANARY = 'serinus.dev/canary';
/** On a snapshot: hash of the primary's revision, its number of pods, and {@link CONFIGS}. */
const REVISION = 'serinus.dev/revision';
const REPLICAS = 'serinus.dev/replicas';

/** Facts about a primary, in addition to its snapshot. */
export interface Facts {
  /** Number of its pods; undefined for a primary without pods of its own. */
  readonly replicas?: number;
}

/** The content of a missing primary. */
export interface Lost<Content> {
  /** Undefined where it is lost. */
  readonly content: Content | undefined;
  /** Checksums of its configs, where they are known. */
  readonly configs: Readonly<Record<string, string>> | undefined;
  /** Its number of pods when that was last recorded. */
  readonly replicas: number | undefined;
}

/** What is saved of a primary, and restored: a pod template, or the spec of a Service. */
export interface Kept<Content> {
  of(primary: KubeObject): Content;
  /** Contents with the same identity are equal. */
  identity(content: Content): unknown;
}

/**
 * A primary's contents before its last promotions, each in a ControllerRevision: a rollback during a promotion restores
 * them.
 */
export class Snapshots<Content> {
  constructor(
    private readonly cache: ClusterCache,
    private readonly kept: Kept<Content>,
  ) {}

  /** Saves what the primary holds now; the oldest snapshots are deleted. */
  async keep(canary: Canary, primary: KubeObject | undefined, fence: Claim, facts: Facts = {}): Promise<void> {
    // A promotion that is carried out twice must not save what it has just written.
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

  /** All snapshots of the Canary's primary, from the API server. A label alone doesn't make an object the Canary's. */
  async all({ namespace, name, owner }: Canary): Promise<readonly KubeObject[]> {
    const labelSelector = `${OF_CANARY}=${fitting(name, LONGEST_LABEL)}`;
    const items = await this.cache.query(CONTROLLER_REVISIONS, { namespace, labelSelector });
    return items.filter((item) => isOurs(item, owner));
  }

  /** The promoted primary, with an annotation about its content before the promotion began. */
  marked<T extends KubeObject>(canary: Canary, before: KubeObject, promoted: T, fence: Fence): T {
    const known = isMarkedBy(before, fence) ? before.metadata.annotations : undefined;
    const annotations = {
      ...promoted.metadata.annotations,
      [PROMOTED_FROM]: known?.[PROMOTED_FROM] ?? this.nameOf(canary, before),
      [FROM_REVISION]: known?.[FROM_REVISION] ?? canary.status.lastPromotedSpec,
    };
    return { ...promoted, metadata: { ...promoted.metadata, annotations } };
  }

  /** @returns the primary's content before the promotion that is under way; undefined where there is none */
  async before(canary: Canary, primary: KubeObject): Promise<Content | undefined> {
    return this.contentOf(canary, primary.metadata.annotations?.[PROMOTED_FROM]);
  }

  /** @returns the primary's content before its last promotion, finished or not; undefined where it is unknown */
  async previous(canary: Canary, primary: KubeObject): Promise<Content | undefined> {
    const { [PROMOTED_FROM]: mark, [PREVIOUS]: previous } = primary.metadata.annotations ?? {};
    return this.contentOf(canary, mark ?? previous);
  }

  /** What an undo would restore. */
  async undoable(canary: Canary, primary: KubeObject): Promise<Previous | 'undone' | undefined> {
    const annotations = primary.metadata.annotations ?? {};
    if (annotations[PROMOTED_FROM] === undefined && annotations[PREVIOUS] === UNDONE) return 'undone';
    if ((await this.previous(canary, primary)) === undefined) return undefined;
    return {
      revision: annotations[annotations[PROMOTED_FROM] === undefined ? PREVIOUS_REVISION : FROM_REVISION] ?? '',
    };
  }

  /** The content of a missing primary. @param revision hash of the revision that it is to run */
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
    const kept = await this.cache.read(CONTROLLER_REVISIONS, canary.namespace, name);
    return (kept?.['data'] as { template?: Content } | undefined)?.template;
  }

  /** Equal contents have the same name. */
  private nameOf(canary: Canary, primary: KubeObject): string {
    return `${canary.targetRef.primaryName}-${contentHash(this.kept.identity(this.kept.of(primary)))}`;
  }

  /**
   * The same content may belong to another revision by now, and have another size; as the newest snapshot it is the
   * last to be deleted.
   */
  private async renew(item: KubeObject, revision: number, annotations: StringMap, fence: Claim): Promise<void> {
    const { namespace = '', name, resourceVersion, annotations: known = {} } = item.metadata;
    const isAsItWas = Object.entries(annotations).every(([key, value]) => known[key] === value);
    if (isAsItWas && revision === revisionOf(item)) return;
    const body = { metadata: { resourceVersion, annotations }, revision };
    await amend(this.cache, CONTROLLER_REVISIONS, { namespace, name }, body, { fence });
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

/**
 * Whether a promotion with this writer's fence has begun; the annotation of a writer that has given up doesn't count.
 */
export function isMarkedBy(primary: KubeObject, fence: Fence): boolean {
  const { [PROMOTED_FROM]: mark, [FENCE_ANNOTATION]: stamp } = primary.metadata.annotations ?? {};
  return mark !== undefined && parseFence(stamp)?.epoch === fence.epoch;
}

/** The primary without the annotation: no promotion is under way any more. */
export function unmarked<T extends KubeObject>(primary: T): T {
  const { [PROMOTED_FROM]: _mark, ...annotations } = primary.metadata.annotations ?? {};
  return { ...primary, metadata: { ...primary.metadata, annotations } };
}

/** The primary after its promotion has finished: an undo restores its former content. */
export function settled<T extends KubeObject>(primary: T): T {
  const { [PROMOTED_FROM]: mark, [FROM_REVISION]: revision, ...others } = primary.metadata.annotations ?? {};
  if (mark === undefined) return primary;
  const annotations = { ...others, [PREVIOUS]: mark, [PREVIOUS_REVISION]: revision ?? '' };
  return { ...primary, metadata: { ...primary.metadata, annotations } };
}

/** The primary as if its last promotion weren't finished, so that any rollback restores the former content. */
export function reopened<T extends KubeObject>(primary: T): T {
  const { [PREVIOUS]: previous, [PREVIOUS_REVISION]: revision, ...others } = primary.metadata.annotations ?? {};
  if (previous === undefined || previous === UNDONE || others[PROMOTED_FROM] !== undefined) return primary;
  const annotations = { ...others, [PREVIOUS]: UNDONE, [PROMOTED_FROM]: previous, [FROM_REVISION]: revision ?? '' };
  return { ...primary, metadata: { ...primary.metadata, annotations } };
}

/** Hash of the revision that a primary has been restored to, or is to be; undefined where there is none. */
export function restoredRevision(primary: KubeObject): string | undefined {
  const revision = primary.metadata.annotations?.[FROM_REVISION];
  return revision === '' ? undefined : revision;
}
