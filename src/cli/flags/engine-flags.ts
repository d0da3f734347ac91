import { InvalidArgumentError, Option, type Command } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../../logging.js';
import { DEFAULT_JUDGEMENTS } from '../../crds/judgement.js';
import { DEFAULT_SETTINGS, type Settings } from '../../settings.js';
import { bool } from './bool.js';
import { clusterName } from './cluster-name.js';
import { addChatFlags, linkingOf, type ChatFlags } from './link-keys.js';
import { addNotificationFlags, notificationsOf, type NotificationFlags } from './notification-flags.js';

/** Options of every command that talks to the cluster. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Options of every command that talks to Temporal. */
export interface TemporalFlags {
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
}

export interface PolicyFlags {
  readonly meshProvider: string;
  readonly metricsServer: string;
  readonly minInterval: number;
  readonly builtinQueries: 'canary-only' | 'flagger';
  readonly judgement: 'off' | 'careful' | 'balanced' | 'quick';
  readonly metricWindow: 'weight' | 'flagger';
  readonly blockCrossNamespaceRefs: boolean;
}

export interface ObjectFlags {
  readonly selectorLabels: readonly string[];
  readonly includeLabelPrefix: readonly string[];
  readonly enableConfigTracking: boolean;
  readonly ingressAnnotationsPrefix: string;
  readonly ingressClass: string;
}

/** Options of the long-running commands; the names are Flagger's where it has them. */
export interface EngineFlags
  extends ClusterFlags, TemporalFlags, PolicyFlags, ObjectFlags, NotificationFlags, ChatFlags {
  readonly namespace?: string;
  readonly clusterName: string;
  readonly leaseSeconds: number;
  readonly providerErrors: 'hold' | 'flagger';
  readonly janitorSeconds: number;
  readonly healthHost: string;
  readonly healthPort?: number;
  readonly logLevel: LogLevel;
}

export function addClusterFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--kubeconfig <path>',
        'path of a kubeconfig (default: KUBECONFIG, ~/.kube/config, or the pod’s own account)',
      ),
    )
    .addOption(new Option('--context <name>', 'context of the kubeconfig'));
}

export function addTemporalFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--temporal-address <host:port>',
        'default: TEMPORAL_ADDRESS or the TEMPORAL_PROFILE of Temporal’s configuration file',
      ),
    )
    .addOption(new Option('--temporal-namespace <name>', 'default: TEMPORAL_NAMESPACE, or "default"'));
}

/** Options with the defaults of a Canary's fields. */
export function addPolicyFlags(command: Command): Command {
  const d = DEFAULT_SETTINGS;
  return command
    .addOption(
      new Option('--mesh-provider <provider>', 'traffic provider of Canaries that name none')
        .default(d.meshProvider)
        .env('SERINUS_MESH_PROVIDER'),
    )
    .addOption(
      new Option('--metrics-server <url>', 'Prometheus for built-in checks')
        .default(d.metricsServer)
        .env('SERINUS_METRICS_SERVER')
        .argParser(url),
    )
    .addOption(
      new Option('--min-interval <seconds>', 'shorter analysis intervals are raised to this')
        .default(d.minIntervalSeconds)
        .env('SERINUS_MIN_INTERVAL')
        .argParser(positive),
    )
    .addOption(
      new Option('--builtin-queries <flavour>', 'queries of the built-in checks')
        .choices(['canary-only', 'flagger'])
        .default(d.builtinQueries)
        .env('SERINUS_BUILTIN_QUERIES'),
    )
    .addOption(
      new Option('--judgement <preset>', 'evidence decides besides, for Canaries that say nothing else of it')
        .choices(DEFAULT_JUDGEMENTS)
        .default(d.judgement)
        .env('SERINUS_JUDGEMENT'),
    )
    .addOption(
      new Option('--metric-window <rule>', 'metrics look back to the last change of weight, or as far as in Flagger')
        .choices(['weight', 'flagger'])
        .default(d.metricWindow)
        .env('SERINUS_METRIC_WINDOW'),
    )
    .addOption(
      new Option('--block-cross-namespace-refs [bool]', 'refuse Canaries that refer to other namespaces')
        .default(d.noCrossNamespaceRefs)
        .preset('true')
        .env('SERINUS_BLOCK_CROSS_NAMESPACE_REFS')
        .argParser(bool),
    );
}

/** Options about the objects of Canaries, and their names. */
export function addObjectFlags(command: Command): Command {
  const d = DEFAULT_SETTINGS;
  return command
    .addOption(
      new Option('--selector-labels <list>', 'labels that may select a target’s pods')
        .default(d.selectorLabels, d.selectorLabels.join(','))
        .argParser(list),
    )
    .addOption(
      new Option('--include-label-prefix <list>', 'label prefixes that are copied to the primary')
        .default(d.includeLabelPrefixes, 'none')
        .argParser(list),
    )
    .addOption(
      new Option('--enable-config-tracking [bool]', 'copy ConfigMaps and Secrets for the primary')
        .default(d.configTracking)
        .preset('true')
        .argParser(bool),
    )
    .addOption(
      new Option('--ingress-annotations-prefix <prefix>', 'prefix of the annotations of the NGINX ingress controller')
        .default(d.ingressAnnotationsPrefix)
        .env('SERINUS_INGRESS_ANNOTATIONS_PREFIX'),
    )
    .addOption(
      new Option('--ingress-class <name>', 'class of the HTTPProxies that are made for Contour')
        .default(d.ingressClass, 'none')
        .env('SERINUS_INGRESS_CLASS'),
    );
}

export function addEngineFlags(command: Command): Command {
  addObjectFlags(addPolicyFlags(addChatFlags(addNotificationFlags(addTemporalFlags(addClusterFlags(command))))));
  const d = DEFAULT_SETTINGS;
  return command
    .addOption(new Option('-n, --namespace <name>', 'look at this namespace only').env('SERINUS_NAMESPACE'))
    .addOption(
      new Option('--cluster-name <name>', 'names the cluster in workflow ids and alerts')
        .default(d.clusterName)
        .env('SERINUS_CLUSTER_NAME')
        .argParser(clusterName),
    )
    .addOption(
      new Option('--lease-seconds <seconds>', 'shortest silence after which a release is rolled back from outside')
        .default(d.leaseSeconds)
        .env('SERINUS_LEASE_SECONDS')
        .argParser(positive),
    )
    .addOption(
      new Option('--janitor-seconds <seconds>', 'how often releases are looked for that nobody looks after')
        .default(30)
        .env('SERINUS_JANITOR_SECONDS')
        .argParser(positive),
    )
    .addOption(
      new Option('--provider-errors <rule>', 'a failing metrics provider holds the release, or fails it as in Flagger')
        .choices(['hold', 'flagger'])
        .default(d.providerErrors)
        .env('SERINUS_PROVIDER_ERRORS'),
    )
    .addOption(
      new Option('--health-port <port>', 'serve /healthz, /readyz and /metrics there (default: off)')
        .env('SERINUS_HEALTH_PORT')
        .argParser(port),
    )
    .addOption(
      new Option('--health-host <address>', 'where to serve them').default('127.0.0.1').env('SERINUS_HEALTH_HOST'),
    )
    .addOption(
      new Option('--log-level <level>')
        .choices([...LOG_LEVELS])
        .default('info')
        .env('SERINUS_LOG_LEVEL'),
    );
}

export function policySettingsOf(flags: PolicyFlags) {
  return {
    meshProvider: flags.meshProvider,
    metricsServer: flags.metricsServer,
    minIntervalSeconds: flags.minInterval,
    builtinQueries: flags.builtinQueries,
    judgement: flags.judgement,
    metricWindow: flags.metricWindow,
    noCrossNamespaceRefs: flags.blockCrossNamespaceRefs,
  };
}

export function objectSettingsOf(flags: ObjectFlags) {
  return {
    selectorLabels: flags.selectorLabels,
    includeLabelPrefixes: flags.includeLabelPrefix,
    configTracking: flags.enableConfigTracking,
    ingressAnnotationsPrefix: flags.ingressAnnotationsPrefix,
    ingressClass: flags.ingressClass,
  };
}

export function settingsOf(flags: EngineFlags): Settings {
  return {
    ...policySettingsOf(flags),
    ...objectSettingsOf(flags),
    clusterName: flags.clusterName,
    namespace: flags.namespace,
    leaseSeconds: flags.leaseSeconds,
    providerErrors: flags.providerErrors,
    notifications: notificationsOf(flags),
    linking: linkingOf(flags),
  };
}

export function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('It must be a port from 0 to 65535.');
  return value;
}

export function url(text: string): string {
  if (!/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')) {
    throw new InvalidArgumentError('It must be a URL such as http://prometheus:9090.');
  }
  return text;
}
