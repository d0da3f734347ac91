import type { Command } from 'commander';
import { CLIENT_COMMANDS, clientProgram, programOf, type Commands } from './client-commands.js';

/** Files of the other commands. */
const COMMANDS: Commands = {
  check: async () => (await import('./commands/check.js')).checkCommand(),
  plan: async () => (await import('./commands/plan.js')).planCommand(),
  backtest: async () => (await import('./commands/backtest.js')).backtestCommand(),
  simulate: async () => (await import('./commands/simulate.js')).simulateCommand(),
  crds: async () => (await import('./commands/crds.js')).crdsCommand(),
  install: async () => (await import('./commands/crds.js')).installCommand(),
  adopt: async () => (await import('./commands/adopt.js')).adoptCommand(),
  watcher: async () => (await import('./commands/engine.js')).watcherCommand(),
  worker: async () => (await import('./commands/engine.js')).workerCommand(),
  api: async () => (await import('./commands/engine.js')).apiCommand(),
  all: async () => (await import('./commands/engine.js')).allCommand(),
  loadtester: async () => (await import('./commands/loadtester.js')).loadTesterCommand(),
};

/** Names of the commands that are loaded separately. */
export const LOADED_ALONE: readonly string[] = [...CLIENT_COMMANDS, ...Object.keys(COMMANDS)];

/**
 * The part of the command line that these arguments need: all of it only where they name no command.
 *
 * @param name of the program for users
 * @param args as in `process.argv`
 */
export async function programFor(name: string, args: readonly string[]): Promise<Command> {
  const [, , word = ''] = args;
  return (
    (await clientProgram(name, args)) ??
    (await programOf(name, COMMANDS, word)) ??
    (await import('./program.js')).createProgram(name)
  );
}
