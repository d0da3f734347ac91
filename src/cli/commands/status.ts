import { Command } from 'commander';
import { canaryArgument } from '../flags/arguments.js';
import type { CanaryDetail } from '../../api/schema/canary.js';
import { EXIT, EXIT_HELP } from '../client/exit-codes.js';
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
import { trafficText } from '../../api/live/traffic.js';
import { coloured, printData } from '../client/output.js';
import { standingColour, standingText } from '../client/standing.js';
import type { ApiClient } from '../client/api-client.js';
import { lastVerdict } from '../client/verdict.js';
import { addWaitFlags, endText, waitFor, type WaitFlags } from '../client/wait.js';

type Flags = ServerFlags & NamespaceFlags & OutputFlags & WaitFlags;

/** `serinus status`: a Canary's status, in one line and the exit code. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description('show the status of a Canary in one line, or wait for the release in progress')
    .addArgument(canaryArgument())
    .addHelpText(
      'after',
      `\nExamples:\n  serinus status podinfo -n test\n  serinus status podinfo -n test --wait --timeout 10m\n${EXIT_HELP}`,
    )
    .action(run);
  return addServerFlags(addWaitFlags(addOutputFlag(addNamespaceFlag(command), ['json', 'yaml', 'name'])));
}

async function run(name: string, flags: Flags): Promise<void> {
  const client = clientOf(flags);
  const canary = await client.canary(flags.namespace, name);
  const id = canary.release?.id;
  const forPeople = flags.output === 'table';
  if (flags.wait && id !== undefined) {
    const release = await waitFor(client, id, flags, (line) => {
      if (forPeople) console.log(line);
    });
    if (forPeople) console.log(coloured('green', `${name}.${flags.namespace}: ${endText(release)}`));
    else print(release, release.id, flags);
    return;
  }
  if (forPeople) console.log(lineOf(canary, await endOf(client, canary)));
  else print(canary, `canary.flagger.app/${name}`, flags);
  if (flags.wait && canary.release) {
    throw new CommandFailed(
      EXIT.error,
      `the release can't be waited for: ${canary.release.unavailable ?? 'not known'}`,
    );
  }
  if (canary.phase !== 'Failed') return;
  const how = canary.standing === 'undone' ? 'was undone' : 'has failed';
  throw new CommandFailed(EXIT.releaseFailed, `the last release of ${name} ${how}`);
}

function print(value: unknown, title: string, { output }: Flags): void {
  if (output === 'json' || output === 'yaml') printData(value, output);
  else console.log(title);
}

/** Why nothing is under way any more. */
async function endOf(
  client: ApiClient,
  { namespace, name, phase, release }: CanaryDetail,
): Promise<string | undefined> {
  const ended = release === null && (phase === 'Succeeded' || phase === 'Failed');
  return ended ? lastVerdict(client, namespace, name) : undefined;
}

/** @param verdict of the ended release; undefined while one is under way */
function lineOf(canary: CanaryDetail, verdict: string | undefined): string {
  const { name, namespace, standing, canaryWeight, release } = canary;
  const { attention, problem, message, traffic } = canary;
  const paused =
    release?.paused && `paused by ${release.paused.by}${release.paused.reason && `: ${release.paused.reason}`}`;
  const waits = release?.waitsFor === undefined ? undefined : `waits for: ${release.waitsFor}`;
  const why = paused ?? waits ?? problem ?? verdict ?? attention ?? (message || undefined);
  const share = `, ${trafficText(traffic ?? { to: 'share', percent: canaryWeight })}`;
  const status = `${name}.${namespace}: ${coloured(standingColour(standing), standingText(canary) || 'New')}${verdict === undefined ? share : ''}`;
  return why === undefined ? status : `${status}, ${why}`;
}
