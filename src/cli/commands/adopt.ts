import { Command, Option } from 'commander';
import { canaryNames } from '../flags/arguments.js';
import type { Plan } from '../../adopt/plan.js';
import { DEFAULT_SETTINGS, type Settings } from '../../settings.js';
import { describePlan, describeResult } from '../client/changed-hands.js';
import { plural } from '../client/checked.js';
import { EXIT } from '../client/exit-codes.js';
import { CommandFailed } from '../client/failed.js';
import { addOutputFlag, namespaceName, type OutputFlags } from '../flags/client-flags.js';
import { printData } from '../client/output.js';
import {
  addClusterFlags,
  addObjectFlags,
  addPolicyFlags,
  objectSettingsOf,
  type ClusterFlags,
  type ObjectFlags,
  type PolicyFlags,
} from '../flags/engine-flags.js';
import { UsageError } from '../usage.js';
import { version } from '../version.js';

interface Flags extends ClusterFlags, OutputFlags, ObjectFlags, Pick<PolicyFlags, 'meshProvider'> {
  readonly namespace?: string;
  readonly giveBack?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const HELP = `
Without --yes nothing is written: the plan is printed. Give it the settings that your servers run with.

Examples:
  serinus adopt
  serinus adopt -n shop --mesh-provider apisix
  serinus adopt -n shop --yes
  serinus adopt -n shop --give-back --yes

Exit codes:
  0  the plan has no errors; with --yes: it is carried out
  1  it has, and nothing is written; or the cluster failed midway: the same command goes on from there
  2  the command line is wrong`;

/** `serinus adopt`: Canaries change hands between Flagger and Serinus, both ways. */
export function adoptCommand(): Command {
  const command = new Command('adopt')
    .description('take over Canaries that Flagger has run, or give them back')
    .argument('[canary...]', 'only these (default: all)', canaryNames)
    .addOption(
      new Option('-n, --namespace <name>', 'only in this namespace (default: in the whole cluster)').argParser(
        namespaceName,
      ),
    )
    .option('--give-back', 'leave them to Flagger again')
    .option('--dry-run', 'print the plan and do nothing; this is so without --yes as well')
    .option('--yes', 'carry the plan out, if it has no errors')
    .addHelpText('after', HELP)
    .action(run);
  const provider = addPolicyFlags(new Command()).options.filter(({ long }) => long === '--mesh-provider');
  for (const option of provider) command.addOption(option);
  addObjectFlags(command);
  return addClusterFlags(addOutputFlag(command, ['json', 'yaml']));
}

async function run(names: readonly string[], flags: Flags): Promise<void> {
  if (flags.yes === true && flags.dryRun === true) {
    throw new UsageError('--yes and --dry-run are given: carry the plan out, or only print it');
  }
  // Cluster clients take a while to load.
  const [{ makePlan, carryOut }, { errorsIn }, { clusterClient }, { wireReading }] = await Promise.all([
    import('../../adopt/adopt.js'),
    import('../../adopt/plan.js'),
    import('../../kube/connect.js'),
    import('../../processes/wiring.js'),
  ]);
  const { kubeconfig, context, giveBack = false, yes = false, output } = flags;
  const kube = clusterClient({
    userAgent: `serinus-cli/${version()}`,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const reading = wireReading(kube, settingsOf(flags), (message) => console.error(message));
  try {
    const now = Date.now();
    const plan = await makePlan(reading, giveBack ? 'give-back' : 'adopt', names, now);
    if (output === 'json' || output === 'yaml') printData(plan, output);
    else for (const line of describePlan(plan)) console.log(line);
    const errors = errorsIn(plan).length;
    if (errors > 0) throw new CommandFailed(EXIT.error, `the plan has ${plural(errors, 'error')}: nothing is written`);
    if (!yes) return;
    // Programs read only the plan.
    await carryOut(reading, plan, now, (entry) => console.error(describeResult(plan.direction, entry)));
    console.error(nextStep(plan));
  } finally {
    await reading.cache.stop();
  }
}

function nextStep({ direction }: Plan): string {
  return direction === 'adopt'
    ? 'Serinus may be started now; Flagger must not run any more.'
    : 'Flagger may be started now; Serinus must not run any more.';
}

function settingsOf(flags: Flags): Settings {
  return {
    ...DEFAULT_SETTINGS,
    namespace: flags.namespace,
    meshProvider: flags.meshProvider,
    ...objectSettingsOf(flags),
  };
}
