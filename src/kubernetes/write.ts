import { isDeepStrictEqual } from 'node:util';
import { FencedError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import { KubeError } from '../kube/kube-error.js';
import type { Claim } from './claim.js';
import { formatFence, isOlder, parseFence, type Fence } from '../domain/decision/fence.js';
import type { KubeObject, ResourceType } from '../kube/object.js';
import { titleOf } from '../kube/object.js';
import { isFree, refuseForeign, type Right } from './ownership.js';
import { refusalIn } from '../kube/refusals.js';

/** Which run, and which batch of it, wrote an object last. */
export const FENCE_ANNOTATION = 'serinus.dev/fence';
/** Whose run that was, on objects that outlive their Canary. */
export const FENCE_OF_ANNOTATION = 'serinus.dev/fence-of';
const ATTEMPTS = 8;

export interface WriteOptions {
  /**
   * Whose write it is: refused where somebody newer has taken over. Undefined for what no run does, and what is right
   * whoever holds the Canary.
   */
  readonly fence: Claim | undefined;
  /**
   * Stamps the object with the fence, and refuses where a newer writer has stamped it. For what is Serinus' own and
   * decides what users are served by. On users' own objects, on a status, and on what is compared as a whole there is no
   * room for a stamp: for them the Lease alone is the fence.
   */
  readonly stamp?: boolean;
  /**
   * Uid of the Canary that the fence belongs to. Epochs begin anew with every Canary, so the stamp of one that is gone
   * shuts nobody out of an object that it has left behind.
   */
  readonly of?: string;
  /** Write the stamp even where nothing else changes: it shuts out every older writer. */
  readonly touch?: boolean;
  /** Refuses an object that is there and may not be written by this right; left out for what users have made. */
  readonly right?: Right;
  /** Writes the status instead of the rest. */
  readonly subresource?: 'status';
}

/**
 * Makes an object what it shall be. `desire` is given the object as it is and returns it as it shall be, with all
 * fields it doesn't care for left in; undefined leaves things as they are. What doesn't differ isn't written.
 *
 * The write is conditional on the version that was read (a writer who froze in between is refused), and repeated with
 * a fresh read where somebody else was quicker, if the claim still stands then.
 *
 * @returns the object as it is now; undefined where `desire` made nothing of a missing one
 * @throws FencedError where a newer writer has been here
 * @throws ForeignError where the object is somebody else's
 * @throws RefusedError where the API server won't take it, be it by a policy, a quota or its validation
 */
export async function write(
  cache: ClusterCache,
  type: ResourceType,
  key: { readonly namespace: string; readonly name: string },
  desire: (current: KubeObject | undefined) => KubeObject | undefined,
  options: WriteOptions,
): Promise<KubeObject | undefined> {
  const { fence, touch = false } = options;
  // The version guards the write, so what the cache has is good enough to try with, unless it keeps only a part of it.
  let fresh = touch && !cache.keepsWhole(type);
  for (let races = 0; ;) {
    const current = await read(cache, type, key, fresh, options.right);
    if (current && options.right) refuseForeign(current, options.right);
    if (current && options.stamp) await refuseOlder(current, fence, options.of);
    const desired = desire(current);
    const isDone =
      desired === undefined ||
      (current !== undefined && (!touch || isStampedBy(current, options)) && isSame(current, desired));
    if (isDone) {
      if (!touch || fresh) return current;
      // Whoever must have written it doesn't take a cache's word for it.
      fresh = true;
      continue;
    }
    await fence?.confirm(races > 0, options.stamp === true);
    try {
      const written = await send(cache, type, current, desired, options);
      cache.remember(type, written);
      return written;
    } catch (error) {
      if (!isRace(error, current) || races >= ATTEMPTS) throw refusalIn(error, titleOf(desired));
      races += 1;
      fresh = true;
    }
  }
}

/** Nobody is refused by what a cache still shows: the object of a former owner may be gone by now. */
async function read(
  cache: ClusterCache,
  type: ResourceType,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  fresh: boolean,
  right: Right | undefined,
): Promise<KubeObject | undefined> {
  const known = fresh ? undefined : await cache.get(type, namespace, name);
  const isDoubtful = known !== undefined && right !== undefined && !isFree(known, right);
  return fresh || isDoubtful ? cache.getFresh(type, namespace, name) : known;
}

/**
 * Makes an object that stays as it is made. One that is there already is left alone.
 *
 * @throws FencedError where a newer writer has taken over
 */
export async function make(
  cache: ClusterCache,
  type: ResourceType,
  object: KubeObject,
  { fence }: Pick<WriteOptions, 'fence'>,
): Promise<void> {
  await fence?.confirm(false);
  try {
    await cache.client.create(type, object);
  } catch (error) {
    if (!(error instanceof KubeError) || !error.alreadyExists) throw refusalIn(error, titleOf(object));
  }
}

/**
 * Deletes an object of Serinus' own as it was read, not another one that has got its name since. One that is gone is fine.
 *
 * @throws FencedError where a newer writer has taken over, or has stamped it
 */
export async function remove(
  cache: ClusterCache,
  type: ResourceType,
  object: KubeObject,
  { fence, of }: Pick<WriteOptions, 'fence' | 'of'>,
): Promise<void> {
  await refuseOlder(object, fence, of);
  await fence?.confirm(false);
  const { namespace, name, uid } = object.metadata;
  try {
    await cache.client.delete(type, namespace, name, uid);
  } catch (error) {
    if (!(error instanceof KubeError) || !error.conflict) throw refusalIn(error, titleOf(object));
    // Another one bears its name: it isn't what was to be deleted.
    await fence?.confirm(true);
  }
}

async function send(
  cache: ClusterCache,
  type: ResourceType,
  current: KubeObject | undefined,
  desired: KubeObject,
  options: WriteOptions,
): Promise<KubeObject> {
  const { fence, stamp, of } = options;
  const object = fence && stamp ? stamped(desired, fence, of) : desired;
  if (current === undefined) return cache.client.create(type, object);
  const guarded = { ...object, metadata: { ...object.metadata, resourceVersion: current.metadata.resourceVersion } };
  return cache.client.replace(type, guarded, options.subresource);
}

/** Whether a write would be one for nothing. The stamp of the fence doesn't count, nor does the version. */
export function isSame(current: KubeObject, desired: KubeObject): boolean {
  return isDeepStrictEqual(plain(current), plain(desired));
}

function plain(object: KubeObject): unknown {
  const { [FENCE_ANNOTATION]: _stamp, [FENCE_OF_ANNOTATION]: _of, ...annotations } = object.metadata.annotations ?? {};
  // As it travels: undefined fields don't, and an empty map is as good as none.
  return JSON.parse(
    JSON.stringify({
      ...object,
      metadata: {
        ...object.metadata,
        managedFields: undefined,
        resourceVersion: undefined,
        labels: emptyIsNone(object.metadata.labels),
        annotations: emptyIsNone(annotations),
      },
    }),
  );
}

function emptyIsNone(map: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  return map && Object.keys(map).length > 0 ? map : undefined;
}

/** Whether the very batch that writes has stamped the object: then there is nothing that a stamp would still shut out. */
function isStampedBy({ metadata }: KubeObject, { fence, stamp }: WriteOptions): boolean {
  return fence !== undefined && stamp === true && metadata.annotations?.[FENCE_ANNOTATION] === formatFence(fence);
}

/**
 * Which fence an object bears.
 *
 * @param of uid of the Canary that is asked about: the stamp of one that is gone counts for nothing
 */
export function stampOf({ metadata }: KubeObject, of: string | undefined): Fence | undefined {
  const { [FENCE_ANNOTATION]: text, [FENCE_OF_ANNOTATION]: stampedFor } = metadata.annotations ?? {};
  if (stampedFor !== undefined && of !== undefined && stampedFor !== of) return undefined;
  return parseFence(text);
}

/** The object as it was before anybody stamped it. */
export function withoutStamp(object: KubeObject): KubeObject {
  const { [FENCE_ANNOTATION]: _stamp, [FENCE_OF_ANNOTATION]: _of, ...annotations } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations } };
}

async function refuseOlder(current: KubeObject, fence: Claim | undefined, of: string | undefined): Promise<void> {
  if (!fence) return;
  const stamp = stampOf(current, of);
  if (stamp && isOlder(fence, stamp)) {
    await fence.outrankedBy(stamp);
    throw new FencedError(`${titleOf(current)} was written by ${formatFence(stamp)}, after ${formatFence(fence)}`);
  }
}

function stamped(object: KubeObject, fence: Fence, of: string | undefined): KubeObject {
  // What is owned by the Canary goes with it.
  const outlives = of !== undefined && !object.metadata.ownerReferences?.some(({ uid }) => uid === of);
  const annotations = {
    ...object.metadata.annotations,
    [FENCE_ANNOTATION]: formatFence(fence),
    ...(outlives ? { [FENCE_OF_ANNOTATION]: of } : {}),
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Somebody else has written, made or deleted the object since it was read. */
function isRace(error: unknown, current: KubeObject | undefined): boolean {
  if (!(error instanceof KubeError)) return false;
  return error.conflict || error.alreadyExists || (error.notFound && current !== undefined);
}
