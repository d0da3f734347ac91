import { Command, InvalidArgumentError, Option } from 'commander';
import { canaryName } from '../flags/arguments.js';
import { parseGoDuration } from '../../crds/duration.js';
import { positive } from '../judging/numbers.js';
import { UsageError } from '../usage.js';
import { OUTCOME_LABELS, whyIn } from '../../domain/narrative/verdict.js';
import type { ReleaseSummary } from '../../api/schema/release.js';
import type { ApiClient } from '../client/api-client.js';
import { notHere } from '../client/elsewhere.js';
import type { ArchivedReleases, ReleaseFilters } from '../client/archive.js';
import { dateAndTime, durationText } from '../client/times.js';
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
import { printData, table } from '../client/output.js';

interface Flags extends ServerFlags, NamespaceFlags, OutputFlags, ReleaseFilters {
  readonly limit: number;
  readonly all?: boolean;
  readonly allNamespaces?: boolean;
}

const OUTCOMES = Object.keys(OUTCOME_LABELS).filter((outcome) => outcome !== 'died');

/** `serinus history`: the releases of a Canary. */
export function historyCommand(): Command {
  const command = new Command('history')
    .description('list releases, of one Canary or of all: those in progress, then the newest first')
    .argument('[canary]', 'only its releases', canaryName)
    .option('-A, --all-namespaces', 'of all namespaces')
    .addOption(new Option('--limit <number>', 'at most so many').default(20).argParser(positive))
    .option('--all', 'also runs that released nothing, such as corrected drift')
    .addOption(new Option('--outcome <outcome>', 'only those that ended so').choices(OUTCOMES))
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
  serinus history -A --since 24h
  serinus history podinfo -n test --limit 100 -o json
  serinus history podinfo -n test --outcome rolled-back --since 168h

How far back it goes is decided by the archive, and without one by the retention of the Temporal namespace.`;

type Item = ArchivedReleases['items'][number];

async function run(name: string | undefined, flags: Flags): Promise<void> {
  const { outcome, since, actor, image, limit, output, all } = flags;
  const filters = { outcome, since, actor, image };
  const filtered = Object.values(filters).some((value) => value !== undefined);
  if (name !== undefined && flags.allNamespaces)
    throw new UsageError('a Canary by its name is in one namespace: use -n');
  if (all && (filtered || name === undefined)) throw new UsageError('--all goes with one Canary, and without filters');
  const client = clientOf(flags);
  const namespace = flags.allNamespaces ? undefined : flags.namespace;
  const forPeople = output === 'table' || output === 'wide';
  if (name === undefined || filtered || (forPeople && !all)) {
    const items = await client.releases(namespace, name, filters, limit);
    if (items.length === 0 && name !== undefined) await assertKnown(client, name, flags.namespace);
    if (forPeople) print(items, name, output === 'wide');
    else write({ items }, output);
    return;
  }
  const items = await client.history(flags.namespace, name, limit, all ?? false);
  if (items.length === 0) await assertKnown(client, name, flags.namespace);
  if (forPeople) printRuns(items, name);
  else write({ items }, output);
}

/** A deleted Canary may have releases; without releases and without a Canary the name is wrong. */
async function assertKnown(client: ApiClient, name: string, namespace: string): Promise<void> {
  // For users who may not list Canaries the message says that there are no releases.
  const canaries = await client.canaries(namespace).catch(() => undefined);
  if (canaries && !canaries.some((canary) => canary.name === name)) throw await notHere(client, name, namespace);
}

function write(data: { readonly items: readonly { readonly id: string }[] }, output: Format): void {
  if (output === 'json' || output === 'yaml') printData(data, output);
  else for (const { id } of data.items) console.log(id);
}

function print(items: readonly Item[], name: string | undefined, wide: boolean): void {
  if (items.length === 0) return nothing(name);
  const of = name === undefined;
  const head = [
    'STARTED',
    ...(of ? ['CANARY'] : []),
    ...['OUTCOME', 'VERSION', 'DURATION', 'STARTED BY', 'REASON'],
    ...(wide ? ['REVISION', 'ID'] : []),
  ];
  const rows = items.map((item) => [
    dateAndTime(item.startedAt),
    ...(of ? [`${item.name}.${item.namespace}`] : []),
    outcomeText(item),
    item.images.map(shortOf).join(',') || item.revision || '-',
    item.durationSeconds === undefined ? '-' : durationText(item.durationSeconds),
    item.triggeredBy,
    whyText(item),
    ...(wide ? [item.revision ?? '-', item.id] : []),
  ]);
  for (const line of table([head, ...rows])) console.log(line);
}

/** In words: `rolled back`. */
function outcomeText({ open, outcome }: Item): string {
  if (open) return 'in progress';
  return outcome === 'died' ? 'run cut off' : (outcome ?? 'ended').replaceAll('-', ' ');
}

/** Beside the outcome: `success rate 66.97%, needs at least 99%, 10 failed checks`. */
function whyText({ verdict, outcome, reason = '-' }: Item): string {
  return verdict === undefined ? reason : whyIn(verdict, outcome) || '-';
}

/** Without registry and folder: `podinfo:6.0.1`. */
function shortOf(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1);
}

/** Including those that released nothing. */
function printRuns(items: readonly ReleaseSummary[], name: string): void {
  if (items.length === 0) return nothing(name);
  const rows = items.map((one) => [
    dateAndTime(one.startedAt),
    one.outcome ?? one.run,
    one.revision ?? '-',
    one.triggeredBy,
    one.id,
  ]);
  for (const line of table([['STARTED', 'OUTCOME', 'REVISION', 'STARTED BY', 'ID'], ...rows])) console.log(line);
}

function nothing(name: string | undefined): void {
  console.error(name === undefined ? 'No releases found.' : `No releases of "${name}" found.`);
}

/** A day, a time, or an age. */
export function moment(text: string): string {
  const ago = parseGoDuration(text);
  if (ago !== undefined && ago > 0) return new Date(Date.now() - ago).toISOString();
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('It must be a day, a time such as 2026-01-31T12:00:00Z, or a duration such as 24h.');
  }
  return text;
}
