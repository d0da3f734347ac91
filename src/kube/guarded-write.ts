import { isDeepStrictEqual } from 'node:util';
import type { ClusterCache } from './cache.js';
import { KubeError } from './kube-error.js';
import { titleOf, type KubeObject, type ResourceType } from './object.js';
import { refusalIn } from './refusals.js';

const ATTEMPTS = 8;

/** The conditions of a write, in addition to the version of the object that was read. */
export interface WriteGuard {
  /** Annotations of the guard alone, which don't count as differences. */
  readonly marks: readonly string[];
  /** Whether a cached object is good enough for {@link admit}; otherwise it is read from the API server. */
  isTrusted(cached: KubeObject): boolean;
  /** @throws where the existing object may not be written */
  admit(current: KubeObject): Promise<void>;
  /**
   * Called right before each request.
   *
   * @param raced somebody else has written, created or deleted the object since it was read
   * @throws where nothing may be written any more
   */
  confirm(raced: boolean): Promise<void>;
  /** The object as it is sent, with the guard's own marks. */
  marked(desired: KubeObject): KubeObject;
  /** Whether the object has the marks of this very writer. */
  isMarked(current: KubeObject): boolean;
}

export interface GuardedWriteOptions {
  /** Write the marks even where nothing else changes. */
  readonly touch?: boolean;
  /** Writes the status instead of the rest. */
  readonly subresource?: 'status';
}

/**
 * Makes an object what it shall be. `desire` gets the object as it is and returns it as it shall be, with all fields
 * that it doesn't manage left in; undefined leaves things as they are. Equal objects aren't written.
 *
 * The write is conditional on the version that was read (a writer who froze in between is refused), and repeated with
 * a fresh read where somebody else was quicker, if the guard still lets it pass then.
 *
 * @returns the object as it is now; undefined where `desire` returned nothing for a missing one
 * @throws RefusedError where the API server refuses it, because of a policy, a quota or its validation
 * @throws whatever the guard throws
 */
export async function guardedWrite(
  cache: ClusterCache,
  type: ResourceType,
  key: { readonly namespace: string; readonly name: string },
  desire: (current: KubeObject | undefined) => KubeObject | undefined,
  guard: WriteGuard,
  options: GuardedWriteOptions = {},
): Promise<KubeObject | undefined> {
  const { touch = false, subresource } = options;
  // The version guards the write, so the cached object is good enough for a first attempt, unless the cache keeps only
  // a part of it.
  let fresh = touch && !cache.keepsWhole(type);
  for (let races = 0; ;) {
    const current = await read(cache, type, key, fresh, guard);
    if (current) await guard.admit(current);
    const desired = desire(current);
    const isDone =
      desired === undefined ||
      (current !== undefined && (!touch || guard.isMarked(current)) && isSame(current, desired, guard.marks));
    if (isDone) {
      if (!touch || fresh) return current;
      // A write that must happen doesn't rely on the cache.
      fresh = true;
      continue;
    }
    await guard.confirm(races > 0);
    try {
      const written = await send(cache, type, current, guard.marked(desired), subresource);
      cache.remember(type, written);
      return written;
    } catch (error) {
      if (!isRace(error, current) || races >= ATTEMPTS) throw refusalIn(error, titleOf(desired));
      races += 1;
      fresh = true;
    }
  }
}

/** The guard refuses no write because of a cached object: it may be a former owner's, and gone by now. */
async function read(
  cache: ClusterCache,
  type: ResourceType,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  fresh: boolean,
  guard: WriteGuard,
): Promise<KubeObject | undefined> {
  const known = fresh ? undefined : await cache.get(type, namespace, name);
  return fresh || (known !== undefined && !guard.isTrusted(known)) ? cache.getFresh(type, namespace, name) : known;
}

async function send(
  cache: ClusterCache,
  type: ResourceType,
  current: KubeObject | undefined,
  object: KubeObject,
  subresource: 'status' | undefined,
): Promise<KubeObject> {
  if (current === undefined) return cache.client.create(type, object);
  const guarded = { ...object, metadata: { ...object.metadata, resourceVersion: current.metadata.resourceVersion } };
  return cache.client.replace(type, guarded, subresource);
}

/**
 * Whether a write would change nothing. The version doesn't count.
 *
 * @param marks annotations that don't count either
 */
export function isSame(current: KubeObject, desired: KubeObject, marks: readonly string[]): boolean {
  return isDeepStrictEqual(plain(current, marks), plain(desired, marks));
}

function plain(object: KubeObject, marks: readonly string[]): unknown {
  const { labels, annotations = {} } = object.metadata;
  const counting = Object.fromEntries(Object.entries(annotations).filter(([key]) => !marks.includes(key)));
  // As serialised: undefined fields are dropped, and an empty map equals a missing one.
  return JSON.parse(
    JSON.stringify({
      ...object,
      metadata: {
        ...object.metadata,
        managedFields: undefined,
        resourceVersion: undefined,
        labels: emptyIsNone(labels),
        annotations: emptyIsNone(counting),
      },
    }),
  );
}

function emptyIsNone(map: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  return map && Object.keys(map).length > 0 ? map : undefined;
}

/** Somebody else has written, created or deleted the object since it was read. */
function isRace(error: unknown, current: KubeObject | undefined): boolean {
  if (!(error instanceof KubeError)) return false;
  return error.conflict || error.alreadyExists || (error.notFound && current !== undefined);
}
