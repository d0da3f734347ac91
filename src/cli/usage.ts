/** The command line is wrong; ends the process with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
