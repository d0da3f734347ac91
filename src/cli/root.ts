import { Command } from 'commander';
import { version } from './version.js';

export const OWN_NAME = 'serinus';

/** The command line without its commands. @param name what people call it */
export function root(name: string): Command {
  return new Command(name)
    .description('Progressive delivery for Kubernetes: every release is a durable Temporal workflow.')
    .version(version());
}

/** The same, whose help and examples say what people call it. */
export function called(program: Command, name: string): Command {
  if (name !== OWN_NAME) rename(program, name);
  return program;
}

/** Has help and examples of all commands say the name. */
function rename(command: Command, name: string): void {
  const renamed = (text: string): string => text.replaceAll(/(?<![-\w./])serinus (?=[a-z<[])/g, `${name} `);
  command.configureOutput({
    writeOut: (text) => process.stdout.write(renamed(text)),
    writeErr: (text) => process.stderr.write(renamed(text)),
  });
  for (const child of command.commands) rename(child, name);
}
