import type { ExitCode } from './exit-codes.js';

/** A command failed. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';

  /** @param remedy what the user can do */
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}
