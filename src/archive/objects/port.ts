/** An object without its contents. */
export interface Listed {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly putAt: number;
}

/**
 * Stores objects by key: a bucket, a folder. Keys are parts with slashes between them; a part is never empty, `.` or
 * `..`. Readers see an object before or after a write, never half of one.
 *
 * The methods throw {@link UserError} and {@link TransientError} as the archive's do.
 */
export interface Objects {
  readonly store: string;
  put(key: string, text: string): Promise<void>;
  /** @returns undefined where there is none */
  get(key: string): Promise<string | undefined>;
  /** Deleting a missing object is no error. */
  delete(key: string): Promise<void>;
  /**
   * The objects with this prefix, in the order of their keys as bytes.
   *
   * @param prefix ends with a slash
   * @param after only keys that come after this
   */
  list(prefix: string, after?: string): AsyncIterable<Listed>;
  close(): Promise<void>;
}
