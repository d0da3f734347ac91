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

/** The run, and its batch, that wrote an object last. */
export const FENCE_ANNOTATION = 'serinus.dev/fence';
/** The Canary that this run belonged to, on objects that outlive their Canary. */
export const FENCE_OF_ANNOTATION = 'serinus.dev/fence-of';
const MARKS = [FENCE_ANNOTATION, FENCE_OF_ANNOTATION];

export interface WriteOptions extends GuardedWriteOptions {
  /**
   * The writer's claim: the write is refused where a newer run has taken over. Undefined for writes that no run makes,
   * and that are right whichever run holds the Canary.
   */
  readonly fence: Claim | undefined;
  /**
   * Adds the fence annotation to the object, and refuses where a newer writer has. For Serinus' own objects that decide
   * what users get. Users' own objects, a status, and objects that are compared as a whole have no room for it: the
   * Lease alone is their fence.
   */
  readonly stamp?: boolean;
  /**
   * UID of the Canary that the fence belongs to. Epochs restart with every Canary, so the annotation of a deleted one
   * blocks nobody from an object that it has left behind.
   */
  readonly of?: string;
  /** Refuses an existing object that may not be written by this right; left out for users' own objects. */
  readonly right?: Right;
}

/**
 * Makes an object what it shall be, see {@link guardedWrite}: guarded by the writer's fence, and by the right to an
 * existing object.
 *
 * @returns the object as it is now; undefined where `desire` returned nothing for a missing one
 * @throws FencedError where a newer writer has been here
 * @throws ForeignError where the object belongs to somebody else
 * @throws RefusedError where the API server refuses it, because of a policy, a quota or its validation
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
 * Creates an object that is never updated. An existing one is left alone.
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
 * Changes a few fields of an object by the version of it that was read, which `body` names.
 *
 * @throws FencedError where a newer writer has taken over
 * @throws RefusedError where the API server won't take it
 */
export async function amend(
  cache: ClusterCache,
  type: ResourceType,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  body: { readonly metadata: { readonly resourceVersion: string | undefined } & object },
  { fence }: Pick<WriteOptions, 'fence'>,
): Promise<void> {
  await fence?.confirm(false);
  try {
    await cache.client.patch(type, 'merge', namespace, name, body);
  } catch (error) {
    throw refusalIn(error, `${type.kind}/${name}`);
  }
}

/**
 * Deletes an object of Serinus' own as it was read, not another one that has got its name since. A missing one is fine.
 *
 * @throws FencedError where a newer writer has taken over, or has written the object
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
    // Another object has the name now: it must not be deleted.
    await fence?.confirm(true);
  }
}

/** Whether a write would change nothing. Fence annotation and version don't count. */
export function isSame(current: KubeObject, desired: KubeObject): boolean {
  return isSameBut(current, desired, MARKS);
}

/**
 * The fence in an object's annotation.
 *
 * @param of UID of the Canary in question: the annotation of a deleted one doesn't count
 */
export function stampOf({ metadata }: KubeObject, of: string | undefined): Fence | undefined {
  const { [FENCE_ANNOTATION]: text, [FENCE_OF_ANNOTATION]: stampedFor } = metadata.annotations ?? {};
  if (stampedFor !== undefined && of !== undefined && stampedFor !== of) return undefined;
  return parseFence(text);
}

/** The object without the fence annotation. */
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
  // The Canary's own objects are deleted with it.
  const outlives = of !== undefined && !object.metadata.ownerReferences?.some(({ uid }) => uid === of);
  const annotations = {
    ...object.metadata.annotations,
    [FENCE_ANNOTATION]: formatFence(fence),
    ...(outlives ? { [FENCE_OF_ANNOTATION]: of } : {}),
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
