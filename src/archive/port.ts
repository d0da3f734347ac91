import type { ArchivedRelease, ArchivedSummary, RecordChunk, ReleaseDocument } from './document.js';

/** A filter for releases. Undefined fields don't matter. */
export interface ReleaseFilter {
  readonly cluster: string;
  readonly namespace?: string | undefined;
  /** Of the Canary. */
  readonly name?: string | undefined;
  readonly outcome?: string | undefined;
  /** It ended then or later. */
  readonly since?: Date | undefined;
  /** It began before then. */
  readonly until?: Date | undefined;
  /** A person who triggered it or gave it an order, with or without the mark of an unverified name. */
  readonly actor?: string | undefined;
  /** An image before or after, whole or without its tag and digest. */
  readonly image?: string | undefined;
}

export interface ArchivePage {
  /** Sorted by their end, the latest first. */
  readonly items: readonly ArchivedSummary[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
}

/**
 * The permanent store of releases, which Temporal deletes after its retention.
 *
 * Writing is idempotent. A release's document is written when the release has ended, after the last chunk of its
 * record, so that whoever finds the document finds the whole record; it may be written again, and the last one counts.
 * Several processes may write and read at the same time. Releases under way aren't in here: without a document, a
 * release isn't in the archive, whatever chunks there are.
 *
 * All methods throw only these:
 * - {@link TransientError} where the store can't be reached, is busy or fails: the same call may work later;
 * - {@link UserError} for what a user must fix (a refused password, a missing bucket, a disk that is full or
 *   read-only);
 * - {@link CursorError} for a cursor that isn't from a page.
 *
 * None of their messages contains a credential.
 */
export interface Archive {
  /** The kind of the store, for logs and messages: `sqlite`, `postgres` … */
  readonly store: string;
  /** Writes a release's document, replacing an earlier one. */
  putRelease(document: ReleaseDocument): Promise<void>;
  /**
   * Writes a piece of a release's record. The entry at a position is always the same; pieces may come in any order,
   * repeatedly, and overlap.
   */
  putChunk(chunk: RecordChunk): Promise<void>;
  /**
   * @param id `<namespace>.<name>.<run id>`, with any of the release's runs
   * @returns undefined where it has no document
   */
  get(cluster: string, id: string): Promise<ArchivedRelease | undefined>;
  /** Of these ids (with any of the releases' runs), those that {@link get} would find. */
  known(cluster: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * A page of releases, by the time of their end, the latest first. Releases written while somebody reads pages shift
   * none: every release that existed at the beginning is on exactly one page.
   *
   * @param limit at least 1
   * @param cursor `next` of the page before
   */
  list(filter: ReleaseFilter, limit: number, cursor?: string): Promise<ArchivePage>;
  /** All releases with their records, in the order of {@link list}, read on demand. */
  export(filter: ReleaseFilter): AsyncIterable<ArchivedRelease>;
  /**
   * Deletes releases that ended before then, and older pieces of records without a document.
   *
   * @returns the number of deleted releases
   */
  prune(cluster: string, before: Date): Promise<number>;
  /** Resolves where the store answers, and its tables or folders exist. */
  check(): Promise<void>;
  /** Closes connections and files; nothing else may be called afterwards. */
  close(): Promise<void>;
}

/** Not a cursor of this archive. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}
