import { EXISTING_OPTIONS, EXISTING_USAGE, readExisting, type Existing } from './existing.js';
import { isPlaneName, PLANE_NAMES, type PlaneName } from '../planes/planes.js';
import { parseOptions, UsageError } from './usage-error.js';

export { UsageError };

export const USAGE = `Usage: npm run lab [-- OPTIONS]

Starts real servers on loopback (Temporal, Kubernetes, a gateway, Prometheus) and Serinus, and keeps them until Ctrl-C.

Options:
  --dir PATH   keep everything in this folder; without it, a temporary one goes when the lab stops
  --no-serinus leave Serinus out
  --gateway X  run a real data plane, too: ${PLANE_NAMES.join(', ')}
  --status     list the running labs and what runs where, and exit
  --json       print the lab's (or with --status the labs') state as JSON on standard output
  --help       show this

${EXISTING_USAGE}`;

export interface Arguments {
  readonly dir: string | undefined;
  readonly serinus: boolean;
  readonly status: boolean;
  readonly gateway: PlaneName | undefined;
  readonly json: boolean;
  readonly help: boolean;
  readonly existing: Existing;
}

/** Reads the command line. Throws a UsageError on what it doesn't know. */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Arguments {
  const options = {
    dir: { type: 'string' },
    gateway: { type: 'string' },
    serinus: { type: 'boolean', default: true },
    'no-serinus': { type: 'boolean', default: false },
    status: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    ...EXISTING_OPTIONS,
  } as const;
  const { 'no-serinus': without, ...values } = parseOptions(args, options, 'npm run lab');
  const { dir, gateway, status, json, help, serinus: wanted, ...rest } = values;
  const serinus = wanted && !without;
  const existing = readExisting(rest, env);
  if (existing.cluster && serinus && existing.cluster.metricsServer === undefined) {
    throw new UsageError(
      'Serinus needs the Prometheus that scrapes that cluster: name it with --metrics-server, or leave Serinus out with --no-serinus',
    );
  }
  if (existing.cluster && existing.temporal && !serinus) {
    throw new UsageError(
      'nothing of the lab is left to start: without --no-serinus it runs Serinus against your own servers',
    );
  }
  if (gateway !== undefined && !isPlaneName(gateway)) {
    throw new UsageError(`--gateway must be one of ${PLANE_NAMES.join(', ')}`);
  }
  if (gateway !== undefined && existing.cluster) {
    throw new UsageError('--gateway is about a lab of its own, and --kubeconfig names a cluster that has its gateway');
  }
  return { dir, gateway, serinus, status, json, help, existing };
}
