import type { Archive } from './port.js';

/** A kind of store, by the scheme of the URL that names one. */
export interface ArchiveStore {
  readonly schemes: readonly string[];
  /** For messages. */
  readonly example: string;
  /** Reads the rest of the URL. It opens nothing yet. */
  readonly parse: (url: URL) => ParsedArchive | { readonly remedy: string };
}

/** An archive that can be opened. */
export interface ParsedArchive {
  /** Where it is, without what is secret of it. */
  readonly shown: string;
  /** Doesn't fail: whether the store answers shows when it is used. */
  readonly open: () => Archive;
}
