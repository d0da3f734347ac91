import type { Archive } from './port.js';

/** A kind of store, by the scheme of the URL that names one. */
export interface ArchiveStore {
  readonly schemes: readonly string[];
  /** For messages. */
  readonly example: string;
  /** Parses the rest of the URL. It opens nothing yet. */
  readonly parse: (url: URL) => ParsedArchive | { readonly remedy: string };
}

/** An archive that can be opened. */
export interface ParsedArchive {
  /** Its address, without secret parts. */
  readonly shown: string;
  /** Doesn't fail: errors of the store show when it is used. */
  readonly open: () => Archive;
}
