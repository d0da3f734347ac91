import { EXISTING_OPTIONS, EXISTING_USAGE, readExisting, type ExistingCluster } from '../../lab/cli/existing.js';
import { parseOptions, UsageError } from '../../lab/cli/usage-error.js';
import { DEMO_PROVIDERS, isDemoProvider, type DemoProvider } from '../setup/traffic.js';

export const USAGE = `Usage: npm run demo [-- OPTIONS]

Starts real servers on loopback and Serinus, and releases two versions of an application under a steady stream of
requests: a good one, which is promoted, and a bad one, which is rolled back. Then it stays up until Ctrl-C.

Options:
  --once         end after the two releases; exit code 0 if both ended as they should and the good one failed no request
  --json         print a summary of the releases as the last line on standard output, all else on standard error
  --walkthrough  analyse every 10 seconds, and make the bad version bad by an attack through the gateway, as the
                 published walkthrough does (about five minutes; without it about two)
  --provider X   lead users to the application by X: ${DEMO_PROVIDERS.join(', ')}. APISIX is played by the lab's gateway;
                 the others run through real Envoy, which takes some minutes to build the first time
  --dir PATH     keep databases and logs in this new folder; without it, a temporary one goes when the demo ends
  --help         show this

${EXISTING_USAGE}  --namespace NAME        put the application there (default: test)
  --temporal-ui URL       of the Temporal, for links

Exit codes: 0 as it should be, 1 not so, 2 wrong usage, 130 or 143 when interrupted.
`;

const COMMAND = 'npm run demo';

/** An existing cluster with all that the demo needs of it. */
export interface DemoCluster extends ExistingCluster {
  readonly gatewayUrl: string;
  readonly metricsServer: string;
}

export interface Arguments {
  readonly help: boolean;
  readonly once: boolean;
  readonly json: boolean;
  readonly walkthrough: boolean;
  readonly provider: DemoProvider;
  readonly dir: string | undefined;
  readonly namespace: string;
  readonly temporalUi: string | undefined;
  /** What is used in place of the lab's own. */
  readonly existing: { readonly temporal: boolean; readonly cluster: DemoCluster | undefined };
}

/**
 * Reads the command line and the environment.
 *
 * @throws UsageError on what it doesn't know, or what doesn't fit together
 */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Arguments {
  const options = {
    help: { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    walkthrough: { type: 'boolean', default: false },
    provider: { type: 'string', default: 'apisix' },
    dir: { type: 'string' },
    namespace: { type: 'string', default: 'test' },
    'temporal-ui': { type: 'string' },
    ...EXISTING_OPTIONS,
  } as const;
  const values = parseOptions(args, options, COMMAND);
  const { help, once, json, walkthrough, dir, namespace, provider } = values;
  const { temporal, cluster } = readExisting(values, env);
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    throw new UsageError(`"${namespace}" can't be the name of a namespace (see ${COMMAND} -- --help)`);
  }
  if (!isDemoProvider(provider)) throw new UsageError(`--provider must be one of ${DEMO_PROVIDERS.join(', ')}`);
  if (provider !== 'apisix' && cluster) {
    throw new UsageError(
      '--provider is about a lab of its own, and --kubeconfig names a cluster that has Apache APISIX',
    );
  }
  return {
    help,
    once,
    json,
    walkthrough,
    provider,
    dir,
    namespace,
    temporalUi: values['temporal-ui'],
    existing: { temporal, cluster: cluster && complete(cluster) },
  };
}

function complete(cluster: ExistingCluster): DemoCluster {
  const { gatewayUrl, metricsServer } = cluster;
  if (gatewayUrl === undefined) {
    throw new UsageError(
      'to send requests, the demo needs --gateway-url: where the cluster’s APISIX answers from here',
    );
  }
  if (metricsServer === undefined) {
    throw new UsageError('to judge a release, Serinus needs --metrics-server: the Prometheus that scrapes the cluster');
  }
  return { ...cluster, gatewayUrl, metricsServer };
}
