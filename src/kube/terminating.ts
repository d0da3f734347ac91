import { RefusedError } from '../errors.js';
import { titleOf, type KubeObject } from './object.js';

const CONFLICT = 409;

/** It has been deleted, and a finalizer keeps it. */
export function isTerminating({ metadata }: Pick<KubeObject, 'metadata'>): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Kubernetes deletes all that it owns first. */
export function goesWithAll({ metadata }: Pick<KubeObject, 'metadata'>): boolean {
  return isTerminating({ metadata }) && (metadata.finalizers?.includes('foregroundDeletion') ?? false);
}

/** The message about an object under deletion: users must find out what blocks it. */
export function terminatingMessage(object: KubeObject): string {
  return `${titleOf(object)} ${reasonOf(object)}`;
}

/** Of a target, for those who observe it. */
export function leavingOf(object: KubeObject): { readonly leaving?: string } {
  return isTerminating(object) ? { leaving: terminatingMessage(object) } : {};
}

/**
 * For objects whose controllers ignore any change once they are being deleted.
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
