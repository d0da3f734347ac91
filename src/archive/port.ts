import type { ArchivedRelease, ArchivedSummary, RecordChunk, ReleaseDocument } from './document.js';

/** Which releases. What is undefined doesn't matter. */
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
  /** Somebody who asked for it or gave it an order, with or without the mark that nobody has verified the name. */
  readonly actor?: string | undefined;
  /** An image before or after, whole or without its tag and digest. */
  readonly image?: string | undefined;
}

export interface ArchivePage {
  /** The one that ended last comes first. */
  readonly items: readonly ArchivedSummary[];
  /** Where the next page begins; undefined on the last. */
  readonly next: string | undefined;
}

/**
 * Where releases are kept for good: what Temporal forgets after its retention.
 *
 * Writing is idempotent. A release's document is put when the release has ended, after the last chunk of its record, so
 * that whoever finds the document finds the whole record; it may be put again, and the last one stands. Several
 * processes may write and read at once. Nothing in here is about releases under way: without a document, a release isn't
 * in the archive, whatever chunks there are.
 *
 * All methods throw, and nothing else:
 * - {@link TransientError} where the store can't be reached, is busy or fails: the same call may work later;
 * - {@link UserError} for what a person must mend (a refused password, a missing bucket, a disk that is full or read-only);
 * - {@link CursorError} for a cursor that no page has handed out.
 *
 * No message of theirs holds a credential.
 */
export interface Archive {
  /** What kind of store it is, for logs and messages: `sqlite`, `postgres` … */
  readonly store: string;
  /** Puts a release's document, in the place of the one it may already have. */
  putRelease(document: ReleaseDocument): Promise<void>;
  /**
   * Puts a piece of a release's record. The entry at a position is always the same, whoever puts it; pieces may come in
   * any order, more than once, and overlap.
   */
  putChunk(chunk: RecordChunk): Promise<void>;
  /**
   * @param id `<namespace>.<name>.<run id>`, with any of the release's runs
   * @returns undefined where there is no document of it
   */
  get(cluster: string, id: string): Promise<ArchivedRelease | undefined>;
  /** Of these ids (with any of the releases' runs), those that {@link get} would find. */
  known(cluster: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * A page of releases, by the time they ended, the latest first. What is put while somebody turns pages shifts none:
   * every release that was there at the beginning is on exactly one page.
   *
   * @param limit at least 1
   * @param cursor `next` of the page before
   */
  list(filter: ReleaseFilter, limit: number, cursor?: string): Promise<ArchivePage>;
  /** All releases with their records, in the order of {@link list}, read as the caller asks for them. */
  export(filter: ReleaseFilter): AsyncIterable<ArchivedRelease>;
  /**
   * Deletes releases that ended before then, and pieces of records put before then that no document has followed.
   *
   * @returns how many releases are gone
   */
  prune(cluster: string, before: Date): Promise<number>;
  /** Resolves where the store answers, and what it needs (tables, folders) is there. */
  check(): Promise<void>;
  /** Lets go of connections and files; nothing else may be called afterwards. */
  close(): Promise<void>;
}

/** Not a cursor, or not one of this archive. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}
