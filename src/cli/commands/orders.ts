import { GATE_NAMES } from '../../domain/approvals/gates.js';
import { canaryArgument, revisionHash } from '../flags/arguments.js';
import { isForRest, ORDER_NAMES, ORDERS, wordOf, type OrderName } from '../../domain/orders/catalogue.js';
import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ApiClient, Receipt } from '../client/api-client.js';
import { approvalsText } from '../client/approvals.js';
import { EXIT } from '../client/exit-codes.js';
import { CommandFailed } from '../client/failed.js';
import {
  addNamespaceFlag,
  addOutputFlag,
  addServerFlags,
  clientOf,
  type NamespaceFlags,
  type OutputFlags,
  type ServerFlags,
} from '../flags/client-flags.js';
import { printData } from '../client/output.js';
import { me } from '../client/person.js';

interface Flags extends ServerFlags, NamespaceFlags, OutputFlags {
  readonly reason?: string;
  readonly revision?: string;
  readonly gate?: string;
}

/** `serinus approve` and the like: orders for the newest release of a Canary. */
export function orderCommands(): Command[] {
  return ORDER_NAMES.map((order) => {
    const { word, does, takes } = ORDERS[order];
    const command = new Command(word).description(does).addArgument(canaryArgument());
    if (takes === 'weight') {
      command
        .argument('<percent>', 'from 0 to maxWeight', percent)
        .action((name: string, weight: number, flags: Flags) => give(order, name, flags, { weight }));
    } else command.action((name: string, flags: Flags) => give(order, name, flags, {}));
    if (takes === 'gate') {
      command.addOption(new Option('--gate <gate>', 'only where it waits at this gate').choices(GATE_NAMES));
    }
    const example = takes === 'weight' ? '30 -n test --reason "more samples"' : '-n test --reason "looks good to me"';
    command.addHelpText('after', `\nExample:\n  serinus ${word} podinfo ${example}`);
    return withFlags(command);
  });
}

function withFlags(command: Command): Command {
  command
    .option('--reason <text>', 'why, for the record')
    .addOption(new Option('--revision <hash>', 'only where this revision is under way').argParser(revisionHash));
  return addServerFlags(addOutputFlag(addNamespaceFlag(command), ['json', 'yaml', 'name']));
}

async function give(order: OrderName, name: string, flags: Flags, more: object): Promise<void> {
  const client = clientOf(flags);
  const find = isForRest(order) ? newestRelease : openRelease;
  const id = await find(client, flags.namespace, name);
  const { reason, revision, gate } = flags;
  const given = Object.entries({ reason, revision, gate }).filter(([, value]) => value !== undefined);
  const body = { ...Object.fromEntries(given), ...more, by: me() };
  const receipt = await client.order(id, wordOf(order), body, randomUUID());
  if (flags.output === 'json' || flags.output === 'yaml') printData(receipt, flags.output);
  else if (flags.output === 'name') console.log(receipt.id);
  else console.log(`${name}.${flags.namespace}: ${said(receipt)}${await counted(client, receipt)}`);
}

/** After an approval: how many there are and how many the gate needs, if it needs more than one. */
async function counted(client: ApiClient, { order, id, taken }: Receipt): Promise<string> {
  if (order !== 'approve' || taken !== true) return '';
  try {
    const { gate } = await client.release(id);
    return gate?.policy === undefined ? '' : `, ${approvalsText(gate)}`;
  } catch {
    // The approval is given; the count is only a courtesy.
    return '';
  }
}

/** @throws CommandFailed where there is none */
async function openRelease(client: ApiClient, namespace: string, name: string): Promise<string> {
  const { release, phase } = await client.canary(namespace, name);
  if (release?.id !== undefined) return release.id;
  const why = release?.unavailable;
  if (why !== undefined) throw new CommandFailed(EXIT.error, `the release of ${name} can't be found: ${why}`);
  throw new CommandFailed(
    EXIT.error,
    `no release of ${name}.${namespace} is under way (phase ${phase || 'New'})`,
    `"serinus rollout ${name} -n ${namespace} --image …" starts one`,
  );
}

/** @throws CommandFailed where there never was one */
async function newestRelease(client: ApiClient, namespace: string, name: string): Promise<string> {
  const [newest] = await client.history(namespace, name, 1, false);
  if (newest) return newest.id;
  throw new CommandFailed(EXIT.error, `there is no release of ${name}.${namespace} yet`);
}

function said(receipt: Receipt): string {
  if (receipt.taken === 'pending') {
    return `${receipt.order}: kept by Temporal; no worker has taken it yet, it takes effect when one is there`;
  }
  return `${receipt.order}: done (phase ${receipt.phase || 'New'}, weight ${receipt.weight})`;
}

function percent(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 100) throw new InvalidArgumentError('It must be a whole number from 0 to 100.');
  return value;
}
