import type { Command } from 'commander';
import { called, root } from './root.js';

/** Where each command is: what another needs at run time isn't loaded for it. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  get: async () => (await import('./commands/get.js')).getCommand(),
  describe: async () => (await import('./commands/describe.js')).describeCommand(),
  history: async () => (await import('./commands/history.js')).historyCommand(),
  diff: async () => (await import('./commands/diff.js')).diffCommand(),
  status: async () => (await import('./commands/status.js')).statusCommand(),
  rollout: async () => (await import('./commands/rollout.js')).rolloutCommand(),
  approve: () => order('approve'),
  reject: () => order('reject'),
  pause: () => order('pause'),
  resume: () => order('resume'),
  abort: () => order('abort'),
  promote: () => order('promote'),
  skip: () => order('skip'),
  retry: () => order('retry'),
  undo: () => order('undo'),
  weight: () => order('weight'),
  check: async () => (await import('./commands/check.js')).checkCommand(),
  plan: async () => (await import('./commands/plan.js')).planCommand(),
  backtest: async () => (await import('./commands/backtest.js')).backtestCommand(),
  simulate: async () => (await import('./commands/simulate.js')).simulateCommand(),
  crds: async () => (await import('./commands/crds.js')).crdsCommand(),
  install: async () => (await import('./commands/crds.js')).installCommand(),
  adopt: async () => (await import('./commands/adopt.js')).adoptCommand(),
  completion: async () => (await import('./commands/completion.js')).completionCommand(),
  watch: async () => (await import('./commands/engine.js')).watchCommand(),
  worker: async () => (await import('./commands/engine.js')).workerCommand(),
  api: async () => (await import('./commands/engine.js')).apiCommand(),
  all: async () => (await import('./commands/engine.js')).allCommand(),
  loadtester: async () => (await import('./commands/loadtester.js')).loadTesterCommand(),
};

/** Names of the commands that are loaded by themselves. */
export const LOADED_ALONE: readonly string[] = Object.keys(COMMANDS);

/**
 * The command line as far as it takes to run these arguments: all of it only where they name no command.
 *
 * @param name what people call it
 * @param args as in `process.argv`
 */
export async function programFor(name: string, args: readonly string[]): Promise<Command> {
  const [, , word = ''] = args;
  if (VERSION.includes(word)) return root(name);
  const load = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (!load) return (await import('./program.js')).createProgram(name);
  return called(root(name).addCommand(await load()), name);
}

const VERSION: readonly string[] = ['-V', '--version'];

async function order(word: string): Promise<Command> {
  const { orderCommands } = await import('./commands/orders.js');
  const found = orderCommands().find((command) => command.name() === word);
  if (!found) throw new Error(`there is no order ${word}`);
  return found;
}
