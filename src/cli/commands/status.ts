import { Command } from 'commander';
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
import { coloured, colourOf, printData } from '../client/output.js';
import { addWaitFlags, waitFor, type WaitFlags } from '../client/wait.js';

type Flags = ServerFlags & NamespaceFlags & OutputFlags & WaitFlags;

/** `serinus status`: how a Canary stands, in one line and the exit code. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description('say in one line how a Canary stands, or wait for the release under way')
    .argument('<canary>')
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
    const release = await waitFor(client, id, flags.timeout, (line) => {
      if (forPeople) console.log(line);
    });
    if (forPeople) console.log(coloured('green', `${name}.${flags.namespace}: ${release.outcome ?? release.run}`));
    else print(release, release.id, flags);
    return;
  }
  if (forPeople) console.log(lineOf(canary));
  else print(canary, `canary.flagger.app/${name}`, flags);
  if (flags.wait && canary.release) {
    throw new CommandFailed(
      EXIT.error,
      `the release can't be waited for: ${canary.release.unavailable ?? 'not known'}`,
    );
  }
  if (canary.phase === 'Failed') throw new CommandFailed(EXIT.releaseFailed, `the last release of ${name} has failed`);
}

function print(value: unknown, title: string, { output }: Flags): void {
  if (output === 'json' || output === 'yaml') printData(value, output);
  else console.log(title);
}

function lineOf(canary: CanaryDetail): string {
  const { name, namespace, phase, canaryWeight, release } = canary;
  const waits = release?.waitsFor === undefined ? '' : `, waits for: ${release.waitsFor}`;
  return `${name}.${namespace}: ${coloured(colourOf(phase), phase || 'New')}, weight ${canaryWeight}${waits}`;
}
