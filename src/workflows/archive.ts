import type { Archived, ArchiveInput } from './contract.js';
import { archivist } from './activity-proxies.js';

/**
 * Brings a part of a release into the archive, however long that takes: the release and its Canary may be gone by then.
 * What it brings is its input, so until it is archived, and then for as long as Temporal keeps closed workflows, it can
 * be read here.
 */
export async function archive(input: ArchiveInput): Promise<Archived> {
  return archivist(input.canary.cluster, `archive ${input.release}`).archive(input);
}
