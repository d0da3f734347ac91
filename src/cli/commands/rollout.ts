import { randomUUID } from 'node:crypto';
import { canaryArgument } from '../flags/arguments.js';
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { parse } from 'yaml';
import type { Accepted } from '../../api/schema/requests.js';
import { messageOf } from '../../errors.js';
import { UsageError } from '../usage.js';
import { EXIT_HELP } from '../client/exit-codes.js';
import {
  addNamespaceFlag,
  addOutputFlag,
  addServerFlags,
  clientOf,
  type NamespaceFlags,
  type OutputFlags,
  type ServerFlags,
} from '../flags/client-flags.js';
import { coloured, printData } from '../client/output.js';
import { me } from '../client/person.js';
import { addWaitFlags, endText, waitFor, type WaitFlags } from '../client/wait.js';

interface Flags extends ServerFlags, NamespaceFlags, OutputFlags, WaitFlags {
  readonly image?: readonly string[];
  readonly patch?: string;
  readonly reason?: string;
  readonly ifUnderWay: 'refuse' | 'restart';
  readonly idempotencyKey?: string;
}

const EXAMPLES = `
Examples:
  serinus rollout podinfo -n test --image podinfod=stefanprodan/podinfo:6.0.1
  serinus rollout podinfo -n test --image podinfod=podinfo:6.0.1 --wait --timeout 30m --reason "release 42"
  serinus rollout podinfo -n test --patch template.yaml --if-under-way restart
  echo '{"spec":{"template":{"metadata":{"annotations":{"try":"2"}}}}}' | serinus rollout podinfo --patch -
${EXIT_HELP}`;

/** `serinus rollout`: releases another image or another change of the pod template. */
export function rolloutCommand(): Command {
  const command = new Command('rollout')
    .description('release other images, or another change of the pod template')
    .addArgument(canaryArgument())
    .addOption(new Option('--image <container=image>', 'image by container; may be repeated').argParser(collect))
    .option(
      '--patch <file>',
      'strategic merge patch of the target in YAML or JSON, with spec.template only; - reads it from standard input',
    )
    .option('--reason <text>', 'why, for the record')
    .addOption(
      new Option('--if-under-way <what>', 'where a release is under way: refuse, or restart its analysis')
        .choices(['refuse', 'restart'])
        .default('refuse'),
    )
    .option('--idempotency-key <key>', 'the same for the same request, such as the id of a CI job: it is done once')
    .addHelpText('after', EXAMPLES)
    .action(run);
  return addServerFlags(addWaitFlags(addOutputFlag(addNamespaceFlag(command), ['json', 'yaml', 'name'])));
}

async function run(name: string, flags: Flags): Promise<void> {
  const body = {
    ...whatOf(flags),
    ...(flags.reason === undefined ? {} : { reason: flags.reason }),
    by: me(),
    ifUnderWay: flags.ifUnderWay,
  };
  const client = clientOf(flags);
  const accepted = await client.startRollout(flags.namespace, name, body, flags.idempotencyKey ?? randomUUID());
  const forPeople = flags.output === 'table';
  if (forPeople || !flags.wait) print(accepted, flags);
  if (!flags.wait) return;
  const release = await waitFor(client, accepted.id, flags, (line) => {
    if (forPeople) console.log(line);
  });
  if (flags.output === 'json' || flags.output === 'yaml') printData(release, flags.output);
  else if (flags.output === 'name') console.log(release.id);
  else console.log(coloured('green', `${name}.${flags.namespace}: ${endText(release)}`));
}

function whatOf({ image, patch }: Flags): { images: Record<string, string> } | { patch: unknown } {
  if ((image === undefined) === (patch === undefined)) throw new UsageError('use either --image or --patch');
  return image === undefined ? { patch: readPatch(patch ?? '-') } : { images: Object.fromEntries(image.map(pairOf)) };
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) {
    throw new UsageError(`--image ${text}: use container=image, such as podinfod=stefanprodan/podinfo:6.0.1`);
  }
  return [text.slice(0, at), text.slice(at + 1)];
}

function readPatch(path: string): unknown {
  try {
    return parse(readFileSync(path === '-' ? 0 : path, 'utf8')) as unknown;
  } catch (error) {
    throw new UsageError(`--patch ${path} can't be read: ${messageOf(error)}`);
  }
}

const VERDICTS: Readonly<Record<Accepted['verdict'], string>> = {
  started: 'the release starts',
  restarts: 'the analysis that was under way restarts with this revision',
  'under-way': 'this revision is under way already',
  queued: 'the release follows when what is under way is done',
  noted: 'the run that is open takes it over',
};

function print(accepted: Accepted, { output }: Flags): void {
  const { canary, revision, verdict, id } = accepted;
  if (output === 'json' || output === 'yaml') printData(accepted, output);
  else if (output === 'name') console.log(id);
  else console.log(`${canary.name}.${canary.namespace}: revision ${revision}: ${VERDICTS[verdict]}\nrelease ${id}`);
}
