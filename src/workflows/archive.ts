import type { Archived, ArchiveInput } from './contract.js';
import { archivist } from './activity-proxies.js';

/**
 * Stores a part of a release in the archive, however long that takes: the release and its Canary may be gone by then.
 * The part is this workflow's input, so it can be read here until it is archived, and then for as long as Temporal
 * keeps closed workflows.
 */
export async function archive(input: ArchiveInput): Promise<Archived> {
  return archivist(input.canary.cluster, `archive ${input.release}`).archive(input);
}
