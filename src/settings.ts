import type { Linking } from './links/offers.js';

/** Settings of Serinus; the names and defaults are those of Flagger's flags where it has them. */
export interface Settings {
  /** Names this cluster in workflow ids, task queues and alerts. */
  readonly clusterName: string;
  /** The only namespace that is watched; all of them where undefined. */
  readonly namespace: string | undefined;
  /** The traffic provider of Canaries that name none. */
  readonly meshProvider: string;
  /** URL of the Prometheus that answers built-in checks and inline queries. */
  readonly metricsServer: string;
  readonly selectorLabels: readonly string[];
  readonly includeLabelPrefixes: readonly string[];
  readonly configTracking: boolean;
  /** Shorter analysis intervals are raised to this. */
  readonly minIntervalSeconds: number;
  /** Shortest time after which a silent release is taken over, in seconds. */
  readonly leaseSeconds: number;
  /** The queries of built-in checks: those that see only the canary's requests, or Flagger's. */
  readonly builtinQueries: 'canary-only' | 'flagger';
  /** The judgement's preset for Canaries without one of their own. */
  readonly judgement: 'off' | 'careful' | 'balanced' | 'quick';
  /** How far back metrics look: never past the last change of weight, or as far as in Flagger. */
  readonly metricWindow: 'weight' | 'flagger';
  /** What a failing metrics provider leads to: no judgement, or a failed check as in Flagger. */
  readonly providerErrors: 'hold' | 'flagger';
  /** References of a Canary to other namespaces are refused. */
  readonly noCrossNamespaceRefs: boolean;
  /** Of the NGINX ingress controller's annotations, without the slash. */
  readonly ingressAnnotationsPrefix: string;
  /** Of the HTTPProxies that are made for Contour; empty where there is only one Contour. */
  readonly ingressClass: string;
  readonly notifications: Notifications;
  /** How messages offer orders; they offer none where undefined. Keys are secrets. */
  readonly linking?: Linking | undefined;
}

/** Recipients for every Canary without its own. Addresses and tokens are secrets. */
export interface Notifications {
  readonly notifier: Notifier | undefined;
  /** URL that is called with every event. */
  readonly eventWebhook: string | undefined;
  /** URL for CloudEvents of Canaries that name no other. */
  readonly cloudEvents: string | undefined;
}

export interface Notifier {
  readonly type: 'slack' | 'msteams';
  readonly address: string;
  readonly token: string | undefined;
  readonly proxy: string | undefined;
  readonly channel: string;
  readonly username: string;
}

export const DEFAULT_SETTINGS: Settings = {
  clusterName: 'default',
  namespace: undefined,
  meshProvider: 'istio',
  metricsServer: 'http://prometheus:9090',
  selectorLabels: ['app', 'name', 'app.kubernetes.io/name'],
  includeLabelPrefixes: [],
  configTracking: true,
  minIntervalSeconds: 10,
  leaseSeconds: 60,
  builtinQueries: 'canary-only',
  judgement: 'off',
  metricWindow: 'weight',
  providerErrors: 'hold',
  noCrossNamespaceRefs: false,
  ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
  ingressClass: '',
  notifications: { notifier: undefined, eventWebhook: undefined, cloudEvents: undefined },
};

/** The settings that affect the parsing of a Canary. */
export type ParseSettings = Pick<
  Settings,
  'meshProvider' | 'metricsServer' | 'minIntervalSeconds' | 'noCrossNamespaceRefs'
> &
  Partial<Pick<Settings, 'judgement'>>;

/** @returns the parse options for these settings */
export function parseOptionsOf(settings: ParseSettings) {
  return {
    defaultProvider: settings.meshProvider,
    defaultMetricsServer: settings.metricsServer,
    ...(settings.judgement === undefined ? {} : { defaultJudgement: settings.judgement }),
    minIntervalSeconds: settings.minIntervalSeconds,
    noCrossNamespaceRefs: settings.noCrossNamespaceRefs,
  };
}
