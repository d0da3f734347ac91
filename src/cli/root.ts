import { Command } from 'commander';
import { version } from './version.js';

export const OWN_NAME = 'serinus';

/** The command line without its commands. @param name of the program for users */
export function root(name: string): Command {
  return new Command(name)
    .description('Progressive delivery for Kubernetes: every release is a durable Temporal workflow.')
    .version(version());
}

/** The same with the program's name for users in help and examples. */
export function called(program: Command, name: string): Command {
  if (name !== OWN_NAME) rename(program, name);
  return program;
}

/** Puts the name into help and examples of all commands. */
function rename(command: Command, name: string): void {
  const renamed = (text: string): string => text.replaceAll(/(?<![-\w./])serinus (?=[a-z<[])/g, `${name} `);
  command.configureOutput({
    writeOut: (text) => process.stdout.write(renamed(text)),
    writeErr: (text) => process.stderr.write(renamed(text)),
  });
  for (const child of command.commands) rename(child, name);
}
