import { Command, Option } from 'commander';
import type { CheckAnswer, CheckRequest } from '../../api/schema/check.js';
import type { Manifests } from '../../check/manifest.js';
import { EXIT } from '../client/exit-codes.js';
import { CommandFailed } from '../client/failed.js';
import {
  addOptionalServerFlags,
  addOutputFlag,
  clientOf,
  type OutputFlags,
  type ServerFlags,
} from '../flags/client-flags.js';
import { printData } from '../client/output.js';
import { describeChecked, plural } from '../client/checked.js';
import {
  addClusterFlags,
  addObjectFlags,
  addPolicyFlags,
  objectSettingsOf,
  policySettingsOf,
  type ClusterFlags,
  type ObjectFlags,
  type PolicyFlags,
} from '../flags/engine-flags.js';
import { manifestOption, readFiles, type ManifestFlags } from '../flags/manifest-flags.js';
import { positive, share } from '../judging/numbers.js';
import { UsageError } from '../usage.js';
import { version } from '../version.js';

interface Flags extends ManifestFlags, ClusterFlags, PolicyFlags, ObjectFlags, OutputFlags, Partial<ServerFlags> {
  readonly cluster?: boolean;
  readonly metrics?: boolean;
  readonly strict?: boolean;
  readonly rps?: number;
  readonly errors?: number;
}

const HELP = `
Examples:
  serinus check -f canary.yaml
  serinus check -f canary.yaml -f template.yaml --strict
  serinus check -f canary.yaml --cluster --metrics --metrics-server http://127.0.0.1:9090
  serinus check -f canary.yaml --metrics --server https://serinus.example --token-file token
  kubectl -n test get canary podinfo -o yaml | serinus check -f - --metrics

Exit codes:
  0  no errors; with --strict: no warnings either
  1  there are, or the cluster or the server can't be reached
  2  the command line is wrong: no such file, not YAML, no Canary in it`;

/** `serinus check`: a Canary's mistakes, how long its releases take, and what its metrics say now. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('check a Canary before a release relies on it: mistakes, duration, and what its metrics say now')
    .addOption(manifestOption('the Canary in YAML or JSON, with other objects if you like'))
    .option('-n, --namespace <name>', 'of objects that name none (default: "default")')
    .option(
      '--cluster',
      'look in the cluster for what the files do not have, and have the API server check what a release would write (a dry run)',
    )
    .option('--metrics', 'ask every metric about the primary as it serves now; implies --cluster')
    .addOption(
      new Option(
        '--rps <number>',
        'forecast how long evidence takes with so many requests a second; with --errors',
      ).argParser(positive),
    )
    .addOption(new Option('--errors <share>', 'of requests that fail, such as 0.5%').argParser(share))
    .option('--strict', 'warnings fail too')
    .addHelpText('after', HELP)
    .action(run);
  addOptionalServerFlags(
    command,
    'have this Serinus API do it, with its settings: it reaches metrics that you may not reach',
  );
  return addObjectFlags(addPolicyFlags(addClusterFlags(addOutputFlag(command, ['json', 'yaml']))));
}

async function run(flags: Flags): Promise<void> {
  const manifests = readFiles(flags);
  const answer = flags.server === undefined ? await checkHere(manifests, flags) : await checkThere(manifests, flags);
  if (flags.output === 'json' || flags.output === 'yaml') printData(answer, flags.output);
  else for (const line of answer.canaries.flatMap(describeChecked)) console.log(line);
  verdict(answer, flags);
}

async function checkThere(manifests: Manifests, flags: Flags): Promise<CheckAnswer> {
  const { server = '', cluster = false, metrics = false } = flags;
  return clientOf({ ...flags, server }).check({
    manifest: [...manifests.objects],
    ...{ cluster, metrics },
    ...trafficOf(flags),
  });
}

async function checkHere(manifests: Manifests, flags: Flags): Promise<CheckAnswer> {
  // Cluster clients take a while to load, which checking a file should not wait for.
  const [{ check }, { answerOf }, { clusterApi }] = await Promise.all([
    import('../../check/check.js'),
    import('../../api/check/answer.js'),
    import('../../checks/cluster-api.js'),
  ]);
  const needsCluster = flags.cluster === true || flags.metrics === true;
  const cluster = needsCluster ? await clusterOf(flags) : undefined;
  const reports = await check(manifests, {
    settings: { ...policySettingsOf(flags), ...objectSettingsOf(flags) },
    cluster,
    understudy: cluster && { client: cluster.rehearsing() },
    ...trafficOf(flags),
    // The user reads the cluster with their own permissions.
    live:
      flags.metrics === true && cluster
        ? { environment: process.env, showAllQueries: true, clusterApi: clusterApi(cluster) }
        : undefined,
  });
  return answerOf(reports);
}

/** @throws UsageError where only one of the two is given */
function trafficOf({ rps, errors }: Flags): Pick<CheckRequest, 'traffic'> {
  if (rps === undefined && errors === undefined) return {};
  if (rps === undefined || errors === undefined) throw new UsageError('give both --rps and --errors, or neither');
  return { traffic: { requestsPerSecond: rps, errors } };
}

async function clusterOf({ kubeconfig, context }: ClusterFlags) {
  const { clusterClient } = await import('../../kube/connect.js');
  return clusterClient({
    userAgent: `serinus-cli/${version()}`,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
}

/** @throws CommandFailed where the policy fails */
function verdict({ canaries }: CheckAnswer, { strict = false }: Flags): void {
  const findings = canaries.flatMap((canary) => canary.findings);
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  if (errors === 0 && !(strict && warnings > 0)) return;
  const counted = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  throw new CommandFailed(EXIT.error, `the policy has ${counted.join(' and ')}`);
}
