import { Command } from 'commander';
import { adoptCommand } from './commands/adopt.js';
import { checkCommand } from './commands/check.js';
import { clientCommands } from './commands/client.js';
import { crdsCommand, installCommand } from './commands/crds.js';
import { allCommand, apiCommand, watchCommand, workerCommand } from './commands/engine.js';
import { loadTesterCommand } from './commands/loadtester.js';
import { version } from './version.js';

/** The whole command line. */
export function createProgram(): Command {
  const program = new Command('serinus')
    .description('Progressive delivery for Kubernetes: every release is a durable Temporal workflow.')
    .version(version());
  const servers = [allCommand(), workerCommand(), watchCommand(), apiCommand(), loadTesterCommand()];
  for (const command of [...clientCommands(), checkCommand()]) program.addCommand(command.helpGroup('Releases:'));
  for (const command of servers) program.addCommand(command.helpGroup('Servers:'));
  for (const command of [crdsCommand(), installCommand(), adoptCommand()])
    program.addCommand(command.helpGroup('Cluster:'));
  return program;
}
