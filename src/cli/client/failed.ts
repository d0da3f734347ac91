import type { ExitCode } from './exit-codes.js';

/** A command could not do what it was asked for. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';

  /** @param remedy what the person can do */
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}
