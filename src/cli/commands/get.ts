import { setTimeout as sleep } from 'node:timers/promises';
import { canaryNames } from '../flags/arguments.js';
import { isDeepStrictEqual } from 'node:util';
import { Command } from 'commander';
import type { CanarySummary } from '../../api/schema/canary.js';
import { measured, rangeText } from '../../domain/narrative/units.js';
import { UsageError } from '../usage.js';
import { ApiRefusal, Unreachable, type ApiClient } from '../client/api-client.js';
import { notHere } from '../client/elsewhere.js';
import {
  addNamespaceFlag,
  addOutputFlag,
  addServerFlags,
  clientOf,
  type Format,
  type NamespaceFlags,
  type OutputFlags,
  type ServerFlags,
} from '../flags/client-flags.js';
import { printData, printLine, table, widthsOf } from '../client/output.js';
import { standingText } from '../client/standing.js';

interface Flags extends ServerFlags, NamespaceFlags, OutputFlags {
  readonly allNamespaces?: boolean;
  readonly watch?: boolean;
}

const LOOK_MS = 1_000;

/** `serinus get`: a line for each Canary. */
export function getCommand(): Command {
  const command = new Command('get')
    .description('list Canaries')
    .argument('[canary...]', 'only these', canaryNames)
    .option('-A, --all-namespaces', 'those of all namespaces')
    .option('-w, --watch', 'go on, with a line for each change')
    .addHelpText(
      'after',
      '\nExamples:\n  serinus get -A\n  serinus get podinfo -n test -o wide\n  serinus get -n test --watch\n  serinus get -A -o json',
    )
    .action((names: string[], flags: Flags) => run(names, flags));
  return addServerFlags(addOutputFlag(addNamespaceFlag(command), ['wide', 'json', 'yaml', 'name']));
}

async function run(names: readonly string[], flags: Flags): Promise<void> {
  if (names.length > 0 && flags.allNamespaces) throw new UsageError('a Canary by its name is in one namespace: use -n');
  const client = clientOf(flags);
  const canaries = await list(client, names, flags);
  const missing = names.find((name) => !canaries.some((canary) => canary.name === name));
  if (missing !== undefined && !flags.watch) {
    throw await notHere(client, missing, flags.namespace);
  }
  if (flags.watch) await follow(client, names, flags, canaries);
  else print(canaries, flags, names.length === 1);
}

async function list(client: ApiClient, names: readonly string[], flags: Flags): Promise<readonly CanarySummary[]> {
  const all = await client.canaries(flags.allNamespaces ? undefined : flags.namespace);
  return names.length === 0 ? all : all.filter((canary) => names.includes(canary.name));
}

function print(canaries: readonly CanarySummary[], { output, ...flags }: Flags, single: boolean): void {
  switch (output) {
    case 'json':
    case 'yaml':
      printData(single ? canaries[0] : { items: canaries }, output);
      return;
    case 'name':
      for (const { name } of canaries) console.log(`canary.flagger.app/${name}`);
      return;
    case 'table':
    case 'wide':
      if (canaries.length > 0)
        for (const line of table([headOf(output), ...canaries.map(rowOf(output))])) console.log(line);
      else console.error(`No Canaries found${flags.allNamespaces ? '' : ` in namespace "${flags.namespace}"`}.`);
  }
}

/** Never ends by itself; failed reads are retried. */
async function follow(
  client: ApiClient,
  names: readonly string[],
  flags: Flags,
  first: readonly CanarySummary[],
): Promise<never> {
  const known = new Map<string, CanarySummary>();
  const printer = new LinePrinter(flags.output);
  let canaries = first;
  let silent = '';
  for (;;) {
    const present = new Set(canaries.map(keyOf));
    for (const [key, gone] of known) {
      if (present.has(key)) continue;
      known.delete(key);
      printer.print([{ ...gone, message: 'deleted' }], 'Deleted');
    }
    const news = canaries.filter((canary) => !isDeepStrictEqual(known.get(keyOf(canary)), canary));
    for (const canary of news) known.set(keyOf(canary), canary);
    printer.print(news);
    await sleep(LOOK_MS);
    try {
      canaries = await list(client, names, flags);
      silent = '';
    } catch (error) {
      const passing = error instanceof Unreachable || (error instanceof ApiRefusal && error.passing);
      if (!passing) throw error;
      if (error.message !== silent) console.error(`serinus: ${error.message}; trying again`);
      silent = error.message;
    }
  }
}

/** Prints lines one after the other in the same columns. */
class LinePrinter {
  private widths: number[] | undefined;

  constructor(private readonly format: Format) {}

  /** @param status shown instead of the phase */
  print(canaries: readonly CanarySummary[], status?: string): void {
    const { format } = this;
    if (format === 'json' || format === 'yaml') for (const canary of canaries) printLine(canary, format);
    else if (format === 'name') for (const { name } of canaries) console.log(`canary.flagger.app/${name}`);
    else this.printRows(canaries.map(rowOf(format, status)), headOf(format));
  }

  private printRows(rows: readonly string[][], head: readonly string[]): void {
    if (rows.length === 0) return;
    const first = this.widths === undefined;
    this.widths ??= widthsOf([head, ...rows]);
    for (const line of table(first ? [head, ...rows] : rows, this.widths)) console.log(line);
  }
}

function headOf(format: 'table' | 'wide'): string[] {
  const head = ['NAMESPACE', 'NAME', 'STATUS', 'WEIGHT', 'LASTTRANSITIONTIME'];
  return format === 'table'
    ? head
    : [...head, 'SUSPENDED', 'FAILEDCHECKS', 'WORST METRIC', 'TARGET', 'PROVIDER', 'REVISION', 'PROMOTED', 'MESSAGE'];
}

function rowOf(format: 'table' | 'wide', status?: string): (canary: CanarySummary) => string[] {
  return (canary) => {
    const row = [
      canary.namespace,
      canary.name,
      status ?? standingText(canary),
      String(canary.canaryWeight),
      canary.lastTransitionTime ?? '',
    ];
    if (format === 'table') return row;
    const { target, problem, attention, message } = canary;
    return [
      ...row,
      String(canary.suspended),
      String(canary.failedChecks),
      worstText(canary),
      `${target.kind}/${target.name}`,
      canary.provider,
      canary.revision,
      canary.promotedRevision,
      problem ?? attention ?? message,
    ];
  };
}

/** `request-success-rate 97.1 % (>= 99 %)`. */
function worstText({ worst }: CanarySummary): string {
  if (worst === undefined) return '';
  const { metric, value, min, max } = worst;
  return `${metric} ${measured(metric, value)} (${rangeText(metric, { min, max })})`;
}

function keyOf({ namespace, name }: CanarySummary): string {
  return `${namespace}/${name}`;
}
