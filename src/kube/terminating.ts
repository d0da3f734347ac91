import { RefusedError } from '../errors.js';
import { titleOf, type KubeObject } from './object.js';

const CONFLICT = 409;

/** Somebody has deleted it, and a finalizer keeps it there. */
export function isTerminating({ metadata }: Pick<KubeObject, 'metadata'>): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Kubernetes deletes all that it owns before it. */
export function goesWithAll({ metadata }: Pick<KubeObject, 'metadata'>): boolean {
  return isTerminating({ metadata }) && (metadata.finalizers?.includes('foregroundDeletion') ?? false);
}

/** What is said of an object that is on its way out: what holds it up is for somebody to find. */
export function terminatingMessage(object: KubeObject): string {
  return `${titleOf(object)} ${reasonOf(object)}`;
}

/** Of a target, for whoever looks at it. */
export function leavingOf(object: KubeObject): { readonly leaving?: string } {
  return isTerminating(object) ? { leaving: terminatingMessage(object) } : {};
}

/**
 * For what Kubernetes' controllers carry out no more once it is being deleted, whatever is written to it.
 *
 * @throws RefusedError where it is
 */
export function refuseTerminating(object: KubeObject | undefined): void {
  if (!object || !isTerminating(object)) return;
  throw new RefusedError(`${titleOf(object)} is refused: it ${reasonOf(object)}`, CONFLICT, reasonOf(object));
}

function reasonOf({ metadata }: KubeObject): string {
  const { finalizers = [] } = metadata;
  const held = finalizers.length === 0 ? '' : `, and held up by ${finalizers.join(', ')}`;
  return `is being deleted${held}`;
}
