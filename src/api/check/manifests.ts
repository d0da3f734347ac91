import { FOREIGN_TEXT, Manifests } from '../../check/manifest.js';
import { UserError } from '../../errors.js';
import { Problem } from '../problems/problem.js';

/** Objects in the body of a request. */
interface Sent {
  readonly manifest: string | object | readonly object[];
  /** Of the objects that name none. */
  readonly namespace?: string | undefined;
}

/**
 * Reads the manifest of a request.
 *
 * @param remedy what would be right
 * @param demand throws a UserError where the objects don't suffice
 * @throws Problem where the manifest can't be read, or doesn't suffice
 */
export function manifestsIn(
  { manifest, namespace }: Sent,
  remedy: string,
  demand?: (manifests: Manifests) => void,
): Manifests {
  try {
    const manifests =
      typeof manifest === 'string'
        ? Manifests.read(manifest, 'manifest', namespace, FOREIGN_TEXT)
        : Manifests.of(Array.isArray(manifest) ? manifest : [manifest], 'manifest', namespace);
    demand?.(manifests);
    return manifests;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw wrongManifest(error.message, remedy);
  }
}

export function wrongManifest(detail: string, remedy: string): Problem {
  return new Problem('invalid-input', detail, { field: 'manifest', remedy });
}
