import { Command } from 'commander';
import { canaryArgument, releaseId } from '../flags/arguments.js';
import { stringify } from 'yaml';
import type { Comparison, Difference } from '../client/archive.js';
import type { ApiClient } from '../client/api-client.js';
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
import { coloured, printData } from '../client/output.js';

type Flags = ServerFlags & NamespaceFlags & OutputFlags;

const LOOK_BACK = 50;

/** `serinus diff`: what a release changes in the pod template. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .description('show what a release changes in the pod template, or where those of two releases differ')
    .addArgument(canaryArgument())
    .argument(
      '[release-a]',
      'a release by its id, as "serinus history -o name" prints it (default: the newest)',
      releaseId,
    )
    .argument('[release-b]', 'compared with this one (default: the release that was promoted before)', releaseId)
    .addHelpText(
      'after',
      '\nExamples:\n  serinus diff podinfo -n test\n  serinus diff podinfo test.podinfo.0198… -n test\n  serinus diff podinfo test.podinfo.0197… test.podinfo.0198… -n test -o yaml\n\nTemplates are kept by the archive (serinus api --archive); without one, only the images that are there now are known.',
    )
    .action(run);
  return addServerFlags(addOutputFlag(addNamespaceFlag(command), ['json', 'yaml']));
}

async function run(name: string, a: string | undefined, b: string | undefined, flags: Flags): Promise<void> {
  const client = clientOf(flags);
  const found =
    b === undefined || a === undefined ? await ofRelease(client, name, a, flags) : await ofTwo(client, a, b);
  if (flags.output === 'json' || flags.output === 'yaml') printData(found, flags.output);
  else for (const line of describe(found)) console.log(line);
}

/** The differences, and between which two. */
interface Found {
  readonly a: string;
  readonly b: string;
  readonly template: readonly Difference[];
  /** Why they may be incomplete. */
  readonly incomplete?: string;
}

async function ofTwo(client: ApiClient, a: string, b: string): Promise<Found> {
  const comparison = await client.compare(a, b);
  const template = templateOf(comparison);
  if (template) return { a, b, template };
  throw new CommandFailed(
    EXIT.error,
    `the templates of ${a} and ${b} are not both known`,
    'an archive keeps them from now on: serinus api --archive, see docs/archive.md',
  );
}

async function ofRelease(client: ApiClient, name: string, id: string | undefined, flags: Flags): Promise<Found> {
  const { namespace } = flags;
  const releases = await client.history(namespace, name, LOOK_BACK, false);
  const at = id === undefined ? 0 : releases.findIndex((release) => release.id === id);
  const release = releases[at];
  if (!release) {
    const which =
      id === undefined
        ? `no release of ${name}.${namespace} is known`
        : `${id} is none of the last ${LOOK_BACK} releases of ${name}.${namespace}`;
    throw new CommandFailed(EXIT.error, which, `"serinus history ${name} -n ${namespace}" lists them`);
  }
  const before = releases.slice(at + 1).find(({ outcome }) => outcome === 'promoted' || outcome === 'initialized');
  const template = before && templateOf(await client.compareIfKnown(before.id, release.id));
  if (before && template) return { a: before.id, b: release.id, template };
  if (at > 0) return ofTwo(client, before?.id ?? release.id, release.id);
  return ofImages(client, namespace, name, release.id);
}

/** Without templates, the cluster still knows the images of target and primary. */
async function ofImages(client: ApiClient, namespace: string, name: string, id: string): Promise<Found> {
  const { images } = await client.canary(namespace, name);
  const { primary = {}, target = {} } = images;
  const containers = [...new Set([...Object.keys(primary), ...Object.keys(target)])];
  return {
    a: 'the primary as it is now',
    b: `the target as it is now (${id})`,
    incomplete:
      'the templates are not known, only the images that are there now; an archive keeps templates: serinus api --archive',
    template: containers
      .filter((container) => primary[container] !== target[container])
      .map((container) => ({
        path: `spec.containers[${container}].image`,
        a: primary[container],
        b: target[container],
      })),
  };
}

function templateOf(comparison: Comparison | undefined): readonly Difference[] | undefined {
  return comparison?.template;
}

/** @returns lines, those that are gone in red and those that are new in green on a terminal */
function describe({ a, b, template, incomplete }: Found): string[] {
  return [
    `--- ${a}`,
    `+++ ${b}`,
    ...(incomplete === undefined ? [] : [`# ${incomplete}`]),
    ...(template.length === 0 ? ['no difference'] : []),
    ...template.flatMap((difference) => [
      difference.path,
      ...valueLines('-', difference.a).map((line) => coloured('red', line)),
      ...valueLines('+', difference.b).map((line) => coloured('green', line)),
    ]),
  ];
}

function valueLines(sign: string, value: unknown): string[] {
  if (value === undefined) return [];
  return stringify(value)
    .trimEnd()
    .split('\n')
    .map((line) => `${sign} ${line}`);
}
