import { UserError } from '../../errors.js';
import type { ClusterCache } from '../../kube/cache.js';
import { CONFIG_MAPS, SECRETS, type KubeObject, type ResourceType } from '../../kube/object.js';
import { checksumOf } from '../../kubernetes/objects/config-checksum.js';
import { keyOf, type ConfigReference } from '../../kubernetes/objects/config-references.js';

/** A config whose annotation starts with this value is left alone. */
const TRACKING_ANNOTATION = 'flagger.app/config-tracking';
/** Secrets of other types (service account tokens, Helm releases) aren't the application's configuration. */
const TRACKED_SECRET_TYPES = ['Opaque', 'kubernetes.io/basic-auth', 'kubernetes.io/ssh-auth', 'kubernetes.io/tls'];

interface Known {
  readonly uid: string | undefined;
  readonly version: string | undefined;
  /** Undefined where it isn't tracked. */
  readonly checksum: string | undefined;
}

/**
 * Checksums of ConfigMaps and Secrets. Only their metadata is watched; the content is read when its version changes,
 * turned into a checksum, and forgotten.
 */
export class Checksums {
  private readonly known = new Map<string, Known>();

  constructor(private readonly cache: ClusterCache) {}

  /**
   * Checksums of the tracked references.
   *
   * @throws UserError where one that pods need doesn't exist
   */
  async of(namespace: string, references: readonly ConfigReference[], fresh: boolean): Promise<Record<string, string>> {
    const checksums: Record<string, string> = {};
    for (const reference of references) {
      const checksum = await this.one(namespace, reference, fresh);
      if (checksum !== undefined) checksums[keyOf(reference)] = checksum;
    }
    return checksums;
  }

  /**
   * @returns undefined where it isn't tracked, or is optional and missing
   * @throws UserError where one that pods need doesn't exist
   */
  async one(namespace: string, reference: ConfigReference, fresh: boolean): Promise<string | undefined> {
    const type = configType(reference);
    const key = `${namespace}/${keyOf(reference)}`;
    if (!fresh) {
      const metadata = await this.cache.get(type, namespace, reference.name);
      const known = this.known.get(key);
      if (
        metadata &&
        known &&
        known.uid === metadata.metadata.uid &&
        known.version === metadata.metadata.resourceVersion
      ) {
        return known.checksum;
      }
    }
    const object = await this.cache.read(type, namespace, reference.name);
    if (!object) {
      this.known.delete(key);
      if (reference.optional) return undefined;
      throw missing(reference, namespace);
    }
    const checksum = isTracked(object) ? checksumOf(object) : undefined;
    this.known.set(key, { uid: object.metadata.uid, version: object.metadata.resourceVersion, checksum });
    return checksum;
  }
}

export function configType(reference: ConfigReference): ResourceType {
  return reference.kind === 'configmap' ? CONFIG_MAPS : SECRETS;
}

/** Whether a config is copied for the primary. */
export function isTracked(object: KubeObject): boolean {
  if (object.metadata.annotations?.[TRACKING_ANNOTATION]?.startsWith('disable')) return false;
  return (
    object.kind !== SECRETS.kind || TRACKED_SECRET_TYPES.includes((object['type'] as string | undefined) ?? 'Opaque')
  );
}

/** The error for a missing config that pods need. */
export function missing(reference: ConfigReference, namespace: string): UserError {
  const kind = reference.kind === 'configmap' ? 'configmap' : 'secret';
  return new UserError(
    `${kind} ${reference.name}.${namespace} get query error: ${kind}s "${reference.name}" not found`,
  );
}
