import { CommanderError, type Command } from 'commander';
import { messageOf } from '../errors.js';
import { EXIT } from './client/exit-codes.js';
import { CommandFailed } from './client/failed.js';
import { UsageError } from './usage.js';

/**
 * Runs a command line. Errors are printed on standard error, with the remedy.
 *
 * @returns the exit code
 */
export async function runCommandLine(program: Command, args: readonly string[]): Promise<number> {
  strict(program);
  // `serinus get | head` is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  try {
    await program.parseAsync(args);
    return EXIT.ok;
  } catch (error) {
    // Commander itself has printed what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    console.error(`serinus: ${messageOf(error)}`);
    if (error instanceof CommandFailed && error.remedy !== undefined) console.error(`  ${error.remedy}`);
    if (error instanceof UsageError) return EXIT.usage;
    return error instanceof CommandFailed ? error.exitCode : EXIT.error;
  }
}

/** Makes mistakes in the command line return here, for all commands, with the command's usage. */
function strict(command: Command, parents = ''): void {
  const path = `${parents}${command.name()}`;
  command.exitOverride().showHelpAfterError(`usage: ${path} ${command.usage()} (see ${path} --help)`);
  for (const child of command.commands) strict(child, `${path} `);
}
