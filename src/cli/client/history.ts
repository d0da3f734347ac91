import { Command, Option } from 'commander';
import { positive } from '../options.js';
import {
  addNamespaceFlag,
  addOutputFlag,
  addServerFlags,
  clientOf,
  type NamespaceFlags,
  type OutputFlags,
  type ServerFlags,
} from './flags.js';
import { printData, table } from './output.js';

interface Flags extends ServerFlags, NamespaceFlags, OutputFlags {
  readonly limit: number;
  readonly all?: boolean;
}

/** `serinus history`: the releases of a Canary. */
export function historyCommand(): Command {
  const command = new Command('history')
    .description('list the releases of a Canary: what is under way, then the newest first')
    .argument('<canary>')
    .addOption(new Option('--limit <number>', 'at most so many').default(20).argParser(positive))
    .option('--all', 'also runs that released nothing, such as corrected drift')
    .addHelpText(
      'after',
      '\nExamples:\n  serinus history podinfo -n test\n  serinus history podinfo -n test --limit 100 -o json\n\nHow far back it goes is decided by the retention of the Temporal namespace.',
    )
    .action(async (name: string, flags: Flags) => {
      const items = await clientOf(flags).history(flags.namespace, name, flags.limit, flags.all ?? false);
      if (flags.output === 'json' || flags.output === 'yaml') {
        printData({ items }, flags.output);
        return;
      }
      if (flags.output === 'name') {
        for (const { id } of items) console.log(id);
        return;
      }
      const rows = items.map((one) => [
        one.startedAt.slice(0, 19) + 'Z',
        one.outcome ?? one.run,
        one.revision ?? '-',
        String(one.weight),
        one.triggeredBy,
        one.id,
      ]);
      const lines = table([['STARTED', 'OUTCOME', 'REVISION', 'WEIGHT', 'ASKED FOR BY', 'ID'], ...rows]);
      if (items.length === 0) console.error(`No releases of "${name}" are kept.`);
      else for (const line of lines) console.log(line);
    });
  return addServerFlags(addOutputFlag(addNamespaceFlag(command), ['json', 'yaml', 'name']));
}
