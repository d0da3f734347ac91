import type { Command } from 'commander';
import { adoptCommand } from './commands/adopt.js';
import { backtestCommand } from './commands/backtest.js';
import { checkCommand } from './commands/check.js';
import { completeCommand, completionCommand } from './commands/completion.js';
import { crdsCommand, installCommand } from './commands/crds.js';
import { describeCommand } from './commands/describe.js';
import { diffCommand } from './commands/diff.js';
import { getCommand } from './commands/get.js';
import { historyCommand } from './commands/history.js';
import { orderCommands } from './commands/orders.js';
import { rolloutCommand } from './commands/rollout.js';
import { statusCommand } from './commands/status.js';
import { watchCommand } from './commands/watch.js';
import { allCommand, apiCommand, watcherCommand, workerCommand } from './commands/engine.js';
import { loadTesterCommand } from './commands/loadtester.js';
import { planCommand } from './commands/plan.js';
import { simulateCommand } from './commands/simulate.js';
import { called, OWN_NAME, root } from './root.js';

/**
 * The whole command line.
 *
 * @param name of the program for users, in help and examples
 */
export function createProgram(name = OWN_NAME): Command {
  const program = root(name);
  const servers = [allCommand(), workerCommand(), watcherCommand(), apiCommand(), loadTesterCommand()];
  for (const command of [...clientCommands(), checkCommand(), simulateCommand(), planCommand(), backtestCommand()])
    program.addCommand(command.helpGroup('Releases:'));
  for (const command of servers) program.addCommand(command.helpGroup('Servers:'));
  for (const command of [crdsCommand(), installCommand(), adoptCommand()])
    program.addCommand(command.helpGroup('Cluster:'));
  program.addCommand(completionCommand().helpGroup('Shell:'));
  program.addCommand(
    completeCommand(() => program),
    { hidden: true },
  );
  return called(program, name);
}

/** Commands that talk to the API. */
function clientCommands(): Command[] {
  return [
    getCommand(),
    describeCommand(),
    historyCommand(),
    diffCommand(),
    statusCommand(),
    watchCommand(),
    rolloutCommand(),
    ...orderCommands(),
  ];
}
