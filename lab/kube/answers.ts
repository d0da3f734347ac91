import { KubeError } from '../../src/kube/kube-error.js';

export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.notFound;
}

/** Somebody else was quicker, or has the name already. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeError && (error.conflict || error.alreadyExists);
}
