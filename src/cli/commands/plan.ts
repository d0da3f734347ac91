import { Command, InvalidArgumentError, Option } from 'commander';
import { parseCanary, type ParseOptions } from '../../crds/canary.js';
import { parseOptionsOf } from '../../settings.js';
import { formatGoDuration, parseGoDuration } from '../../crds/duration.js';
import type { DefaultJudgement } from '../../crds/judgement.js';
import { JUDGEMENT_ANNOTATION } from '../../crds/own-settings.js';
import type { KubeObject } from '../../kube/object.js';
import { extraPods } from '../../check/duration.js';
import { expectedRules } from '../../check/forecast.js';
import { plannedCourses, type PlannedCourse } from '../../judgement/before/planning.js';
import { printData, table } from '../client/output.js';
import { addPolicyFlags, policySettingsOf } from '../flags/engine-flags.js';
import { duration, positive } from '../judging/numbers.js';
import { addTrafficFlags, oneCanary, type TrafficFlags } from '../judging/traffic-flags.js';
import { UsageError } from '../usage.js';

interface Flags extends TrafficFlags {
  readonly within: number;
  readonly maxWeight?: number;
  readonly output: 'table' | 'json' | 'yaml';
}

const HELP = `
Budgets and limits are those of the Canary's annotation ${JUDGEMENT_ANNOTATION}, or of its preset "balanced". Of all
courses that promote a healthy canary in time, the one comes first that lets a canary which fails five times as often hurt
the fewest requests. Times are what is to be expected: half of all releases take longer.

Examples:
  serinus plan -f canary.yaml --rps 100 --errors 0.5%
  serinus plan -f canary.yaml --rps 2 --errors 0.1% --within 2h --max-weight 25

Exit codes:
  0  there is a course within that time
  2  there is none, and the fastest are printed; or the command line is wrong`;

/** `serinus plan`: weights and interval by which evidence decides within a wanted time. */
export function planCommand(): Command {
  const command = new Command('plan').description(
    'propose weights and an interval by which evidence decides about a release within a wanted time',
  );
  addTrafficFlags(command)
    .addOption(
      new Option('--within <duration>', 'a healthy canary is to be promoted in')
        .argParser(seconds)
        .default(1800, '30m'),
    )
    .addOption(
      new Option('--max-weight <percent>', 'the canary never gets more (default: what the Canary says)').argParser(
        positive,
      ),
    )
    .addOption(
      new Option('-o, --output <format>', 'for programs').choices(['json', 'yaml']).default('table', 'text for people'),
    )
    .addHelpText('after', HELP)
    .action(run);
  return addPolicyFlags(command);
}

const SHOWN = 5;

function run(flags: Flags): void {
  const { rps, errors, within, output } = flags;
  const settings = policySettingsOf(flags);
  const options = parseOptionsOf(settings);
  const object = oneCanary(flags);
  const { rules, maxWeight, baseline } = judgedFrom(object, options);
  const courses = plannedCourses({ requestsPerSecond: rps, primaryErrors: errors }, rules, {
    withinSeconds: within,
    maxWeight: flags.maxWeight ?? maxWeight,
    minIntervalSeconds: settings.minIntervalSeconds,
  });
  const isInTime = ({ healthy }: PlannedCourse) => healthy.end === 'promoted' && healthy.seconds <= within;
  const inTime = courses.filter(isInTime);
  const shown = (inTime.length > 0 ? inTime : courses).slice(0, SHOWN);
  if (output === 'json' || output === 'yaml') printData({ inTime: inTime.length > 0, courses: shown }, output);
  else
    for (const line of [...described(shown), ...(baseline ? ['', `Besides: ${extraPods()}.`] : [])]) console.log(line);
  if (inTime.length > 0) return;
  const text = formatGoDuration(within * 1000);
  throw new UsageError(`no course promotes a healthy canary within ${text}: allow more time, weight or budget`);
}

function judgedFrom(object: KubeObject, options: ParseOptions) {
  const parsed = parseCanary(withJudgement(object, options.defaultJudgement), options);
  if (!parsed.ok) throw new UsageError(`--filename: ${parsed.refusal.field}: ${parsed.refusal.remedy}`);
  const { judgement, analysis } = parsed.value;
  const [errors] = judgement?.rules.metrics ?? [];
  if (!judgement || !errors || analysis.strategy.kind !== 'canary') {
    throw new UsageError('--filename: spec.analysis: only a canary release by weights is judged by evidence');
  }
  return {
    maxWeight: analysis.strategy.maxWeight,
    rules: expectedRules(judgement, errors),
    baseline: judgement.baseline === true,
  };
}

/** The Canary's own judgement, or the usual preset. */
function withJudgement(object: KubeObject, preset: DefaultJudgement = 'off'): KubeObject {
  const { annotations = {} } = object.metadata;
  const usual = { [JUDGEMENT_ANNOTATION]: `preset: ${preset === 'off' ? 'balanced' : preset}` };
  return { ...object, metadata: { ...object.metadata, annotations: { ...usual, ...annotations } } };
}

function described(courses: readonly PlannedCourse[]): readonly string[] {
  const [best] = courses;
  const rows = courses.map(({ weights, intervalSeconds, healthy, twice, fiveTimes }) => [
    weights.join(','),
    duration(intervalSeconds),
    healthy.end === 'promoted' ? duration(healthy.seconds) : 'undecided',
    ...[twice, fiveTimes].map(({ end, seconds: after, hurt }) =>
      end === 'rolled-back' ? `${duration(after)} (${Math.round(hurt)})` : end,
    ),
  ]);
  const head = ['STEP WEIGHTS', 'INTERVAL', 'HEALTHY: PROMOTED', '2x: CAUGHT (FAILED REQUESTS)', '5x: CAUGHT'];
  const snippet = best
    ? [
        '',
        'spec:',
        '  analysis:',
        `    interval: ${duration(best.intervalSeconds)}`,
        `    stepWeights: [${best.weights.join(', ')}]`,
      ]
    : [];
  return [...table([head, ...rows]), ...snippet];
}

function seconds(text: string): number {
  const ms = parseGoDuration(text);
  if (ms !== undefined && ms > 0) return ms / 1000;
  throw new InvalidArgumentError('It must be a duration above 0, such as 30m.');
}
