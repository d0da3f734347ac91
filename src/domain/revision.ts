/**
 * The content of a release: the hash of the target's pod template and the checksums of the ConfigMaps and Secrets it
 * uses (`configmap/<name>` or `secret/<name>` to checksum).
 */
export interface Revision {
  readonly hash: string;
  readonly configs: Readonly<Record<string, string>>;
}

function sameConfigs(a: Revision['configs'], b: Revision['configs']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

export function sameRevision(a: Revision, b: Revision): boolean {
  return a.hash === b.hash && sameConfigs(a.configs, b.configs);
}

/** What the status remembers of revisions. */
export interface KnownRevisions {
  /** The revision under analysis, or last seen. */
  readonly applied: Revision | undefined;
  /** Hash of the revision that was promoted last; empty before the first initialisation. */
  readonly promoted: string;
}

/** The revisions that the cluster shows. */
export interface SeenRevision {
  readonly revision: Revision;
  /** The target's template and configs are what the primary already runs, whatever the hashes say. */
  readonly sameAsPrimary: boolean;
}

/**
 * Whether the target holds something to release.
 *
 * `reverted`: the target is back at the promoted revision, so there is nothing to release although it differs from the
 * last one seen. The hashes alone don't suffice: an upgrade of the API server (new defaulted fields) or a hash that
 * another controller computed would start releases everywhere. Comparing with the primary itself prevents that.
 */
export function compareRevisions(known: KnownRevisions, seen: SeenRevision): 'same' | 'reverted' | 'new' {
  if (known.applied === undefined) return 'new';
  if (sameRevision(known.applied, seen.revision)) return 'same';
  if (seen.sameAsPrimary) return 'reverted';
  if (seen.revision.hash === known.promoted && sameConfigs(known.applied.configs, seen.revision.configs))
    return 'reverted';
  return 'new';
}
