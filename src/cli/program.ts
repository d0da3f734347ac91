import { Command } from 'commander';
import { adoptCommand } from './commands/adopt.js';
import { checkCommand } from './commands/check.js';
import { clientCommands } from './commands/client.js';
import { completeCommand, completionCommand } from './commands/completion.js';
import { crdsCommand, installCommand } from './commands/crds.js';
import { allCommand, apiCommand, watchCommand, workerCommand } from './commands/engine.js';
import { loadTesterCommand } from './commands/loadtester.js';
import { version } from './version.js';

/**
 * The whole command line.
 *
 * @param name what people call it: help and examples say so, too
 */
export function createProgram(name = OWN_NAME): Command {
  const program = new Command(name)
    .description('Progressive delivery for Kubernetes: every release is a durable Temporal workflow.')
    .version(version());
  const servers = [allCommand(), workerCommand(), watchCommand(), apiCommand(), loadTesterCommand()];
  for (const command of [...clientCommands(), checkCommand()]) program.addCommand(command.helpGroup('Releases:'));
  for (const command of servers) program.addCommand(command.helpGroup('Servers:'));
  for (const command of [crdsCommand(), installCommand(), adoptCommand()])
    program.addCommand(command.helpGroup('Cluster:'));
  program.addCommand(completionCommand().helpGroup('Shell:'));
  program.addCommand(
    completeCommand(() => program),
    { hidden: true },
  );
  if (name !== OWN_NAME) rename(program, name);
  return program;
}

const OWN_NAME = 'serinus';

/** Has help and examples of all commands say the name. */
function rename(command: Command, name: string): void {
  const renamed = (text: string): string => text.replaceAll(/(?<![-\w./])serinus (?=[a-z<[])/g, `${name} `);
  command.configureOutput({
    writeOut: (text) => process.stdout.write(renamed(text)),
    writeErr: (text) => process.stderr.write(renamed(text)),
  });
  for (const child of command.commands) rename(child, name);
}
