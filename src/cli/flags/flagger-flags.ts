import { Option, type Command } from 'commander';
import { UsageError } from '../usage.js';

/** Flagger's flags that a deployment may have, and why Serinus doesn't need them. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  'control-loop-interval': 'a release waits by timers of its own',
  'enable-leader-election': 'any number of replicas may run at once',
  'leader-election-namespace': 'any number of replicas may run at once',
  'kubeconfig-qps': 'reads come from informer caches',
  'kubeconfig-burst': 'reads come from informer caches',
  threadiness: 'Temporal hands out the work',
  'zap-encoding': 'logs are JSON',
  'zap-replace-globals': 'logs are JSON',
};

/** Flags with a meaning that Serinus doesn't support: ignoring them would surprise users. */
const REFUSED: Readonly<Record<string, string>> = {
  'kubeconfig-service-mesh': 'traffic objects in another cluster are not supported',
  master: 'name the API server in a kubeconfig instead, and give --kubeconfig',
};

/** Other flags of Flagger's that Serinus has, too. */
const SHARED = [
  'kubeconfig',
  'metrics-server',
  'log-level',
  'port',
  'mesh-provider',
  'namespace',
  'selector-labels',
  'include-label-prefix',
  'ingress-annotations-prefix',
  'ingress-class',
  'enable-config-tracking',
  'slack-url',
  'slack-token',
  'slack-proxy-url',
  'slack-user',
  'slack-channel',
  'msteams-url',
  'msteams-proxy-url',
  'event-webhook',
  'cluster-name',
];

/** The command line's parser would take `--no-…` for the opposite of `--…`. */
const RENAMED: Readonly<Record<string, string>> = { 'no-cross-namespace-refs': 'block-cross-namespace-refs' };

const NAMES = new Set([...Object.keys(WITHOUT_EFFECT), ...Object.keys(REFUSED), ...SHARED]);

/** Go's flags may have one dash, as in Flagger's own manifests: `-mesh-provider=apisix`. */
export function withTwoDashes(args: readonly string[]): string[] {
  return args.map((arg) => {
    const [, name = '', value = ''] = /^--?([a-z][a-z-]+)(=.*)?$/.exec(arg) ?? [];
    const renamed = RENAMED[name];
    if (renamed !== undefined) return `--${renamed}${value}`;
    return NAMES.has(name) ? `--${name}${value}` : arg;
  });
}

/** Accepts Flagger's flags that Serinus lacks, so that a deployment's arguments may stay as they are. */
export function addFlaggerFlags(command: Command): Command {
  for (const name of [...Object.keys(WITHOUT_EFFECT), ...Object.keys(REFUSED)]) {
    command.addOption(new Option(`--${name} [value]`).hideHelp());
  }
  return command;
}

/**
 * Which of the given flags have no effect, in words for a log line each.
 *
 * @throws UsageError for a flag that needs what Serinus can't do
 */
export function flagsWithoutEffect(flags: object): string[] {
  const given = (name: string): boolean => Reflect.get(flags, camelCase(name)) !== undefined;
  for (const [name, remedy] of Object.entries(REFUSED)) {
    if (given(name)) throw new UsageError(`--${name} is a flag of Flagger's that Serinus doesn't have: ${remedy}`);
  }
  return Object.entries(WITHOUT_EFFECT).flatMap(([name, why]) =>
    given(name) ? [`--${name} is a flag of Flagger's that has no effect here: ${why}`] : [],
  );
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
