import { Command } from 'commander';
import { canaryArgument } from '../flags/arguments.js';
import { EXIT_HELP } from '../client/exit-codes.js';
import {
  addLiveFlags,
  addNamespaceFlag,
  addOutputFlag,
  addServerFlags,
  type LiveFlags,
  type NamespaceFlags,
} from '../flags/client-flags.js';

const EXAMPLES = `
Examples:
  serinus watch podinfo -n test
  serinus watch podinfo -n test --until-end --timeout 30m

Without a Canary it is the server "serinus watcher", which had this name before.
${EXIT_HELP}`;

/** `serinus watch CANARY`: draws it live. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description('show a Canary as it changes')
    .addArgument(canaryArgument())
    .addHelpText('after', EXAMPLES)
    .action(async (canary: string, flags: LiveFlags & NamespaceFlags) => {
      const { watchCanary } = await import('../client/live/watch.js');
      await watchCanary(flags.namespace, canary, flags);
    });
  return addServerFlags(addLiveFlags(addOutputFlag(addNamespaceFlag(command), ['json', 'yaml'])));
}

const HELP: readonly string[] = ['-h', '--help'];

/**
 * The arguments with the server's own name: `serinus watch` without a Canary means `serinus watcher`.
 *
 * @param args as in `process.argv`
 */
export function withWatcher(args: readonly string[]): readonly string[] {
  const [node = '', program = '', word, ...rest] = args;
  return word === 'watch' && !isForPeople(rest) ? [node, program, 'watcher', ...rest] : args;
}

/** Whether a Canary is named, or help is requested; flags of the server alone mean the server. */
function isForPeople(rest: readonly string[]): boolean {
  const { options } = watchCommand();
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (HELP.includes(word)) return true;
    if (!word.startsWith('-')) return true;
    const [name] = word.split('=', 1);
    const option = options.find(({ short, long }) => name === short || name === long);
    if (!option) return false;
    if (option.required && !word.includes('=')) at++;
  }
  return false;
}
