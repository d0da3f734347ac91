/**
 * What a release ships, as far as it may be stored anywhere: images, and when the change was made. Pod templates may
 * hold secrets, and stay in the cluster and in the archive.
 */
export interface ReleaseArtifacts {
  /** Images of the primary's containers before, and of the target's; init containers included. */
  readonly images: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** When the change was committed or its image built, from an annotation; RFC 3339. */
  readonly commitTime?: string;
}
