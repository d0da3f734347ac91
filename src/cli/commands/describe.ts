import { Command } from 'commander';
import { canaryArgument } from '../flags/arguments.js';
import type { CanaryDetail } from '../../api/schema/canary.js';
import type { OpenRelease } from '../../api/schema/release.js';
import { trafficText } from '../../api/live/traffic.js';
import {
  addNamespaceFlag,
  addOutputFlag,
  addServerFlags,
  clientOf,
  type NamespaceFlags,
  type OutputFlags,
  type ServerFlags,
} from '../flags/client-flags.js';
import { approvalsText } from '../client/approvals.js';
import { coloured, colourOf, printData } from '../client/output.js';
import { analysisLines } from '../client/record.js';
import { dateAndTime } from '../client/times.js';

type Gate = NonNullable<OpenRelease['gate']>;
type Flags = ServerFlags & NamespaceFlags & OutputFlags;

/** `serinus describe`: a Canary, and what is under way. */
export function describeCommand(): Command {
  const command = new Command('describe')
    .description('show a Canary, its images, and the release under way with what it waits for')
    .addArgument(canaryArgument())
    .addHelpText('after', '\nExamples:\n  serinus describe podinfo -n test\n  serinus describe podinfo -n test -o yaml')
    .action(async (name: string, flags: Flags) => {
      const canary = await clientOf(flags).canary(flags.namespace, name);
      if (flags.output === 'json' || flags.output === 'yaml') printData(canary, flags.output);
      else if (flags.output === 'name') console.log(`canary.flagger.app/${canary.name}`);
      else for (const line of describe(canary)) console.log(line);
    });
  return addServerFlags(addOutputFlag(addNamespaceFlag(command), ['json', 'yaml', 'name']));
}

type Field = readonly [string, string | undefined];

/** @returns lines */
export function describe(canary: CanaryDetail): string[] {
  const { target, conditions, release } = canary;
  return [
    ...fields([
      ['Name', canary.name],
      ['Namespace', canary.namespace],
      ['Phase', phrase(canary.phase)],
      ['Status', canary.attention],
      ['Traffic', canary.traffic && trafficText(canary.traffic)],
      ['Failed checks', String(canary.failedChecks)],
      ['Target', `${target.kind}/${target.name}`],
      ['Provider', canary.provider],
      ['Revision', canary.revision || '-'],
      ['Promoted', canary.promotedRevision || '-'],
      ['Suspended', canary.suspended ? 'yes: nothing is released' : undefined],
      ['Problem', canary.problem],
      ['Changed', canary.lastTransitionTime && dateAndTime(canary.lastTransitionTime)],
    ]),
    ...section('Images', images(canary)),
    ...section(
      'Conditions',
      conditions.map(({ type, status, message }) => `${type} ${status}: ${message ?? ''}`),
    ),
    ...section('Release under way', release ? openRelease(release) : ['none']),
  ];
}

function openRelease(release: OpenRelease): string[] {
  const { gate, paused, lastAnalysis, steering = [] } = release;
  return [
    ...fields([
      ['Id', release.id],
      ['Phase', release.phase === undefined ? undefined : phrase(release.phase)],
      ['Weight', release.weight?.toString()],
      ['Revision', release.revision],
      ['Started by', release.triggeredBy],
      ['Failed checks', release.failedChecks?.toString()],
      ['Waits for', release.waitsFor],
      ['Gate', gate && gateText(gate)],
      ['Approvals', gate?.policy === undefined ? undefined : approvalsText(gate)],
      [
        'Paused',
        paused && `by ${paused.by} since ${dateAndTime(paused.since)}${paused.reason ? `: ${paused.reason}` : ''}`,
      ],
      ['Action needed', release.problem],
      ['Unknown', release.unavailable],
    ]),
    ...(lastAnalysis ? section('Last analysis', analysisLines(lastAnalysis)) : []),
    ...(steering.length > 0
      ? section(
          'Steer it',
          steering.flatMap(({ command, effect }) => [command, `    ${effect}`]),
        )
      : []),
  ];
}

function images({ images: { target = {}, primary = {} } }: CanaryDetail): string[] {
  return Object.entries(target).map(([container, image]) => {
    const old = primary[container];
    const serving = old === undefined || old === image ? '' : ` (primary: ${old})`;
    return `${container}: ${image}${serving}`;
  });
}

function phrase(phase: string): string {
  return coloured(colourOf(phase), phase || 'New');
}

function fields(all: readonly Field[]): string[] {
  return all.flatMap(([name, value]) => (value === undefined ? [] : [`${`${name}:`.padEnd(16)}${value}`]));
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function gateText({ gate, hook, policy, since, expiresAt, expiresInto }: Gate): string {
  const expires = expiresAt === undefined ? '' : `, expires at ${dateAndTime(expiresAt)} (${expiresInto})`;
  return `${policy ?? gate}, closed ${hook === undefined ? '' : `by ${hook} `}since ${dateAndTime(since)}${expires}`;
}
