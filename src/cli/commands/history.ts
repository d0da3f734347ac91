import { Command, InvalidArgumentError, Option } from 'commander';
import { parseGoDuration } from '../../crds/duration.js';
import { positive } from '../flags/engine-flags.js';
import { UsageError } from '../usage.js';
import type { ReleaseFilters } from '../client/archive.js';
import {
  addNamespaceFlag,
  addOutputFlag,
  addServerFlags,
  clientOf,
  type NamespaceFlags,
  type OutputFlags,
  type ServerFlags,
} from '../flags/client-flags.js';
import { printData, table } from '../client/output.js';

interface Flags extends ServerFlags, NamespaceFlags, OutputFlags, ReleaseFilters {
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
    .option('--outcome <outcome>', 'only those that ended so: promoted, rolled-back, aborted, …')
    .addOption(
      new Option('--since <time>', 'only those since then: 2026-01-31, or a duration such as 24h').argParser(moment),
    )
    .option('--actor <name>', 'only those that this person asked for, or gave an order')
    .option('--image <image>', 'only those of this image, whole or without tag')
    .addHelpText('after', HELP)
    .action(run);
  return addServerFlags(addOutputFlag(addNamespaceFlag(command), ['wide', 'json', 'yaml', 'name']));
}

const HELP = `
Examples:
  serinus history podinfo -n test
  serinus history podinfo -n test --limit 100 -o json
  serinus history podinfo -n test --outcome rolled-back --since 168h

How far back it goes is decided by the archive, and without one by the retention of the Temporal namespace.`;

/** A line of the history, from wherever it comes. */
interface Row {
  readonly id: string;
  readonly startedAt: string;
  readonly outcome?: string | undefined;
  readonly run?: string;
  readonly revision?: string | undefined;
  readonly weight: number;
  readonly triggeredBy: string;
  readonly phase: string;
  readonly images?: readonly string[];
}

async function run(name: string, flags: Flags): Promise<void> {
  const { outcome, since, actor, image, namespace, limit, output } = flags;
  const filters = { outcome, since, actor, image };
  const filtered = Object.values(filters).some((value) => value !== undefined);
  if (filtered && flags.all) throw new UsageError('--all can’t be filtered: leave it out, or the filters');
  const client = clientOf(flags);
  const items: readonly Row[] = filtered
    ? await client.releases(namespace, name, filters, limit)
    : await client.history(namespace, name, limit, flags.all ?? false);
  if (output === 'json' || output === 'yaml') printData({ items }, output);
  else if (output === 'name') for (const { id } of items) console.log(id);
  else print(items, name, output === 'wide');
}

function print(items: readonly Row[], name: string, wide: boolean): void {
  if (items.length === 0) {
    console.error(`No releases of "${name}" are kept.`);
    return;
  }
  const head = ['STARTED', 'OUTCOME', 'REVISION', 'WEIGHT', 'ASKED FOR BY', 'ID', ...(wide ? ['PHASE', 'IMAGES'] : [])];
  const rows = items.map((one) => [
    one.startedAt.slice(0, 19) + 'Z',
    one.outcome ?? one.run ?? 'running',
    one.revision ?? '-',
    String(one.weight),
    one.triggeredBy,
    one.id,
    ...(wide ? [one.phase || 'New', one.images?.join(',') ?? '-'] : []),
  ]);
  for (const line of table([head, ...rows])) console.log(line);
}

function moment(text: string): string {
  const ago = parseGoDuration(text);
  if (ago !== undefined && ago > 0) return new Date(Date.now() - ago).toISOString();
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('It must be a day, a time such as 2026-01-31T12:00:00Z, or a duration such as 24h.');
  }
  return text;
}
