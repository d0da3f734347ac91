/** The meanings of exit codes for CI jobs. Part of the interface: documented, never changed. */
export const EXIT = {
  /** Done; if waiting for a release: promoted. */
  ok: 0,
  /** It was not possible: refused, not found, a server that can't be reached. */
  error: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The release that the command waited for has failed: rolled back, aborted, rejected. */
  releaseFailed: 3,
  /** The release that the command waited for is still under way. */
  timedOut: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit codes:
  0  done; with --wait: promoted, or what --until names
  1  it could not be done
  2  the command line is wrong
  3  the release has failed: rolled back, aborted or rejected
  4  the time was up, and the release is still under way`;
