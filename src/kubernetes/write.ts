import { FencedError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import { KubeError } from '../kube/kube-error.js';
import { guardedWrite, isSame as isSameBut, type GuardedWriteOptions, type WriteGuard } from '../kube/guarded-write.js';
import type { Claim } from './claim.js';
import { formatFence, isCredible, isOlder, parseFence, type Fence } from '../domain/decision/fence.js';
import type { KubeObject, ResourceType } from '../kube/object.js';
import { titleOf } from '../kube/object.js';
import { isFree, refuseForeign, type Right } from './ownership.js';
import { refusalIn } from '../kube/refusals.js';

/** Which run, and which batch of it, wrote an object last. */
export const FENCE_ANNOTATION = 'serinus.dev/fence';
/** Whose run that was, on objects that outlive their Canary. */
export const FENCE_OF_ANNOTATION = 'serinus.dev/fence-of';
const MARKS = [FENCE_ANNOTATION, FENCE_OF_ANNOTATION];

export interface WriteOptions extends GuardedWriteOptions {
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
  /** Refuses an object that is there and may not be written by this right; left out for what users have made. */
  readonly right?: Right;
}

/**
 * Makes an object what it shall be, see {@link guardedWrite}: by the fence of whoever writes, and by the right to what is
 * there.
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
  return guardedWrite(cache, type, key, desire, guardOf(options), options);
}

function guardOf({ fence, stamp = false, of, right }: WriteOptions): WriteGuard {
  return {
    marks: MARKS,
    isTrusted: (cached) => right === undefined || isFree(cached, right),
    admit: async (current) => {
      if (right) refuseForeign(current, right);
      if (stamp) await refuseOlder(current, fence, of);
    },
    confirm: async (raced) => fence?.confirm(raced, stamp),
    marked: (desired) => (fence && stamp ? stamped(desired, fence, of) : desired),
    isMarked: ({ metadata }) =>
      fence !== undefined && stamp && metadata.annotations?.[FENCE_ANNOTATION] === formatFence(fence),
  };
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

/** Whether a write would be one for nothing. The stamp of the fence doesn't count, nor does the version. */
export function isSame(current: KubeObject, desired: KubeObject): boolean {
  return isSameBut(current, desired, MARKS);
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
  if (stamp && isCredible(stamp, fence.epoch) && isOlder(fence, stamp)) {
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
