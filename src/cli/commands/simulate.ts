import { Command, InvalidArgumentError, Option } from 'commander';
import { leftOut } from '../../simulation/policy.js';
import { parseCanary } from '../../crds/canary.js';
import { parseOptionsOf } from '../../settings.js';
import { alternativesOf } from '../../simulation/alternatives.js';
import { compare, type Compared, type Scene } from '../../simulation/compare.js';
import type { Truth } from '../../simulation/truth.js';
import { percent, positive, share } from '../judging/numbers.js';
import { csvOf, describeCompared } from '../judging/simulated.js';
import { printData } from '../client/output.js';
import { addPolicyFlags, policySettingsOf } from '../flags/engine-flags.js';
import { addTrafficFlags, oneCanary, type TrafficFlags } from '../judging/traffic-flags.js';
import { UsageError } from '../usage.js';

interface Flags extends TrafficFlags {
  readonly canaryErrors?: number;
  readonly burst?: number;
  readonly lottery?: number;
  readonly runs: number;
  readonly seed: number;
  readonly output: 'table' | 'csv' | 'json' | 'yaml';
}

const HELP = `
Releases go by the policy as it is written, and by others that could stand in its place, side by side. Decisions and
evidence come from the code that decides real releases; requests come by chance, and time is skipped.

Examples:
  serinus simulate -f canary.yaml --rps 100 --errors 0.5%
  serinus simulate -f canary.yaml --rps 2 --errors 0.1% --canary-errors 1% --runs 2000
  serinus simulate -f canary.yaml --rps 50 --errors 1% --burst 4 -o csv

Exit codes:
  0  the figures are printed
  2  the command line is wrong: no such file, or no Canary in it that can be simulated`;

/** `serinus simulate`: what a policy would do, in thousands of releases that take no time. */
export function simulateCommand(): Command {
  const command = new Command('simulate').description(
    'let thousands of simulated releases go by a policy: false rollbacks, how soon bad ones are caught, whom they hurt',
  );
  addTrafficFlags(command)
    .addOption(
      new Option('--canary-errors <share>', 'of a bad canary (default: twice and five times the primary’s)').argParser(
        share,
      ),
    )
    .addOption(new Option('--burst <number>', 'failures of one version come so many at once').argParser(positive))
    .addOption(
      new Option('--lottery <sd>', 'pods differ: standard deviation of the logarithm of the canary’s errors').argParser(
        positive,
      ),
    )
    .addOption(new Option('--runs <number>', 'releases of each kind').default(1000).argParser(whole))
    .addOption(new Option('--seed <number>', 'the same seed gives the same figures').default(1).argParser(whole))
    .addOption(
      new Option('-o, --output <format>', 'for spreadsheets or programs')
        .choices(['csv', 'json', 'yaml'])
        .default('table', 'text for people'),
    )
    .addHelpText('after', HELP)
    .action(run);
  return addPolicyFlags(command);
}

/** In Flagger's own query for it, requests of both versions are mixed. */
const MIXING = 'apisix';

function run(flags: Flags): void {
  const settings = policySettingsOf(flags);
  const options = parseOptionsOf(settings);
  const object = oneCanary(flags);
  const parsed = parseCanary(object, options);
  const alternatives = alternativesOf(object, options, {
    mixes: parsed.ok && parsed.value.provider === MIXING,
    flaggersQueries: settings.builtinQueries === 'flagger',
    sinceWeight: settings.metricWindow === 'weight',
  });
  if (!alternatives.ok || !parsed.ok) {
    const { field, remedy } = alternatives.ok ? { field: '', remedy: '' } : alternatives.refusal;
    throw new UsageError(`--filename: ${field}: ${remedy}`);
  }
  const { runs, seed } = flags;
  const compared = compare(alternatives.policies, scenesOf(flags), { runs, seed, ...progressBar() });
  print(compared, leftOut(parsed.value), flags);
}

function scenesOf({ rps, errors, canaryErrors, burst, lottery }: Flags): readonly Scene[] {
  const truth = (canary: number): Truth => ({
    requestsPerSecond: rps,
    primaryErrors: errors,
    canaryErrors: Math.min(1, canary),
    ...(burst === undefined ? {} : { burst }),
    ...(lottery === undefined ? {} : { lottery }),
  });
  const healthy = { name: `healthy: ${percent(errors)} of both versions’ requests fail`, truth: truth(errors) };
  const bad = canaryErrors === undefined ? [2 * errors, 5 * errors] : [canaryErrors];
  return [
    healthy,
    ...bad
      .filter((one) => one > 0)
      .map((one) => ({
        name: `bad: ${percent(errors)} of the primary’s requests fail, ${percent(Math.min(1, one))} of the canary’s`,
        truth: truth(one),
      })),
  ];
}

function print(compared: readonly Compared[], notes: readonly string[], { output, runs, seed }: Flags): void {
  if (output === 'json' || output === 'yaml') printData({ seed, notes, results: compared }, output);
  else if (output === 'csv') for (const line of csvOf(compared)) console.log(line);
  else {
    for (const line of describeCompared(compared)) console.log(line);
    console.log(
      `${runs} releases a line. Times are medians; failed requests are the canary’s, in half of the releases (in nine of ten) at most.`,
    );
    for (const note of notes) console.log(`Left out: ${note}.`);
  }
}

/** Only at a terminal. */
function progressBar(): { readonly progress?: (done: number) => void } {
  if (!process.stderr.isTTY) return {};
  const width = 40;
  return {
    progress: (done) => {
      const filled = Math.round(width * done);
      process.stderr.write(`\r[${'='.repeat(filled)}${' '.repeat(width - filled)}] ${Math.round(100 * done)} %`);
      if (done === 1) process.stderr.write(`\r${' '.repeat(width + 8)}\r`);
    },
  };
}

const MOST_RUNS = 100_000;

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= MOST_RUNS) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_RUNS}.`);
}
