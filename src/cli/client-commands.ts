import type { Command } from 'commander';
import { called, root } from './root.js';

/** Loaders of the commands: a command doesn't load what only another one needs. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** Commands that only need the API, or nothing. They start in a moment, by `quick.ts`. */
const COMMANDS: Commands = {
  get: async () => (await import('./commands/get.js')).getCommand(),
  describe: async () => (await import('./commands/describe.js')).describeCommand(),
  history: async () => (await import('./commands/history.js')).historyCommand(),
  diff: async () => (await import('./commands/diff.js')).diffCommand(),
  status: async () => (await import('./commands/status.js')).statusCommand(),
  watch: async () => (await import('./commands/watch.js')).watchCommand(),
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
  completion: async () => (await import('./commands/completion.js')).completionCommand(),
};

export const CLIENT_COMMANDS: readonly string[] = Object.keys(COMMANDS);

const VERSION: readonly string[] = ['-V', '--version'];

/**
 * The command line for one of these commands, or for the version, and no others.
 *
 * @param name of the program for users
 * @param args as in `process.argv`
 * @returns undefined where the arguments need something else
 */
export async function clientProgram(name: string, args: readonly string[]): Promise<Command | undefined> {
  const [, , word = ''] = args;
  if (VERSION.includes(word)) return root(name);
  return programOf(name, COMMANDS, word);
}

/** The command line with one of these commands; undefined where the word is none of them. */
export async function programOf(name: string, commands: Commands, word: string): Promise<Command | undefined> {
  const load = Object.hasOwn(commands, word) ? commands[word] : undefined;
  return load && called(root(name).addCommand(await load()), name);
}

async function order(word: string): Promise<Command> {
  const { orderCommands } = await import('./commands/orders.js');
  const found = orderCommands().find((command) => command.name() === word);
  if (!found) throw new Error(`there is no order ${word}`);
  return found;
}
