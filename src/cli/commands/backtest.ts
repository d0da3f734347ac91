import { Command, Option } from 'commander';
import { parseCanary } from '../../crds/canary.js';
import { JUDGEMENT_ANNOTATION } from '../../crds/own-settings.js';
import { parseOptionsOf } from '../../settings.js';
import { backtest } from '../../simulation/backtest.js';
import type { ApiClient } from '../client/api-client.js';
import { printData } from '../client/output.js';
import { addServerFlags, clientOf, type ServerFlags } from '../flags/client-flags.js';
import { addPolicyFlags, policySettingsOf, positive, type PolicyFlags } from '../flags/engine-flags.js';
import { manifestOption, type ManifestFlags } from '../flags/manifest-flags.js';
import { besideAsItWas, recordedOf, type BacktestedRelease } from '../../simulation/recorded.js';
import { describeBacktested } from '../judging/backtested.js';
import { oneCanary } from '../judging/traffic-flags.js';
import { UsageError } from '../usage.js';
import { moment } from './history.js';

interface Flags extends ManifestFlags, PolicyFlags, ServerFlags {
  readonly canary?: string;
  readonly since?: string;
  readonly limit: number;
  readonly output: 'table' | 'json' | 'yaml';
}

const HELP = `
Each window that a recorded release has counted goes through the policy's ${JUDGEMENT_ANNOTATION} once, in its order, by
the code that judges real releases. Weights are those that it had; thresholds, approvals and webhooks are left out. A
release that was judged by its checks alone has counted nothing.

Examples:
  serinus backtest -f new-policy.yaml --since 2160h
  serinus backtest -f new-policy.yaml --canary podinfo -n test --limit 50 -o json

Exit codes:
  0  the releases are printed
  1  the server can't be reached, or refuses
  2  the command line is wrong: no such file, or no Canary in it that is judged by evidence`;

/** `serinus backtest`: what another policy would have made of past releases. */
export function backtestCommand(): Command {
  const command = new Command('backtest')
    .description('put past releases through another policy: which would have ended otherwise, and how much sooner')
    .addOption(manifestOption('the Canary with the policy, in YAML or JSON'))
    .option('-n, --namespace <name>', 'of the releases, and of objects that name none (default: "default")')
    .option('--canary <name>', 'whose releases (default: the name in the file)')
    .addOption(
      new Option('--since <time>', 'only those since then: 2026-01-31, or a duration such as 2160h').argParser(moment),
    )
    .addOption(new Option('--limit <number>', 'at most so many, the newest ones').default(100).argParser(positive))
    .addOption(
      new Option('-o, --output <format>', 'for programs').choices(['json', 'yaml']).default('table', 'text for people'),
    )
    .addHelpText('after', HELP)
    .action(run);
  return addPolicyFlags(addServerFlags(command));
}

async function run(flags: Flags): Promise<void> {
  const parsed = parseCanary(oneCanary(flags), parseOptionsOf(policySettingsOf(flags)));
  if (!parsed.ok) throw new UsageError(`--filename: ${parsed.refusal.field}: ${parsed.refusal.remedy}`);
  const { judgement, name, namespace } = parsed.value;
  if (!judgement)
    throw new UsageError(`--filename: set the annotation ${JUDGEMENT_ANNOTATION}: there is no policy to test`);
  const client = clientOf(flags);
  const { canary = name, since, limit, output } = flags;
  const items = await client.releases(flags.namespace ?? namespace, canary, { since }, limit);
  const releases: BacktestedRelease[] = [];
  for (const { id } of items.filter(({ open }) => !open)) {
    releases.push(await backtested(client, id, judgement));
  }
  if (output === 'json' || output === 'yaml') printData({ items: releases }, output);
  else if (releases.length === 0) console.error(`No releases of "${canary}" found.`);
  else for (const line of describeBacktested(releases)) console.log(line);
}

async function backtested(
  client: ApiClient,
  id: string,
  judgement: Parameters<typeof backtest>[1],
): Promise<BacktestedRelease> {
  const release = await client.release(id);
  const recorded = recordedOf(release);
  return besideAsItWas(release, recorded, backtest(recorded, judgement));
}
