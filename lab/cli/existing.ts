import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LabOptions } from '../types.js';
import { UsageError } from './usage-error.js';

/** Servers that the user has, and wants used in place of the lab's own. Nothing is ever used that isn't named. */
export interface Existing {
  /** Temporal, reached by Temporal's own environment configuration. */
  readonly temporal: boolean;
  readonly cluster: ExistingCluster | undefined;
}

export interface ExistingCluster {
  /** Path of the kubeconfig. */
  readonly kubeconfig: string;
  readonly context: string | undefined;
  /** Where its Apache APISIX answers, as seen from this machine. */
  readonly gatewayUrl: string | undefined;
  /** The Prometheus that scrapes it, as seen from this machine. */
  readonly metricsServer: string | undefined;
}

export const EXISTING_OPTIONS = {
  'existing-temporal': { type: 'boolean' },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  'gateway-url': { type: 'string' },
  'metrics-server': { type: 'string' },
} as const;

export const EXISTING_USAGE = `Servers of your own, in place of the lab's:
  --existing-temporal     use the Temporal that TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*
                          or a TEMPORAL_PROFILE name               (SERINUS_EXISTING_TEMPORAL=1)
  --kubeconfig PATH       use this cluster, which has Apache APISIX  (SERINUS_KUBECONFIG)
  --context NAME          its context in the kubeconfig              (SERINUS_CONTEXT)
  --gateway-url URL       where its APISIX answers from here         (SERINUS_GATEWAY_URL)
  --metrics-server URL    the Prometheus that scrapes it, from here  (SERINUS_METRICS_SERVER)
`;

interface Values {
  readonly 'existing-temporal'?: boolean | undefined;
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly 'gateway-url'?: string | undefined;
  readonly 'metrics-server'?: string | undefined;
}

/**
 * Which existing servers flags and environment name; a flag wins over its variable.
 *
 * @throws UsageError where they don't fit together
 */
export function readExisting(values: Values, env: NodeJS.ProcessEnv): Existing {
  const temporal = values['existing-temporal'] ?? isTrue(env['SERINUS_EXISTING_TEMPORAL']);
  const kubeconfig = values.kubeconfig ?? set(env['SERINUS_KUBECONFIG']);
  if (kubeconfig !== undefined) return { temporal, cluster: readCluster(kubeconfig, values, env) };
  const stray = (['context', 'gateway-url', 'metrics-server'] as const).find((name) => values[name] !== undefined);
  if (stray) throw new UsageError(`--${stray} is about an existing cluster: name it with --kubeconfig, too`);
  return { temporal, cluster: undefined };
}

function readCluster(kubeconfig: string, values: Values, env: NodeJS.ProcessEnv): ExistingCluster {
  const path = resolve(kubeconfig);
  if (!existsSync(path)) throw new UsageError(`there is no kubeconfig ${path}`);
  return {
    kubeconfig: path,
    context: values.context ?? set(env['SERINUS_CONTEXT']),
    gatewayUrl: readUrl('--gateway-url', values['gateway-url'] ?? set(env['SERINUS_GATEWAY_URL'])),
    metricsServer: readUrl('--metrics-server', values['metrics-server'] ?? set(env['SERINUS_METRICS_SERVER'])),
  };
}

/** The lab's own servers that are still needed beside the existing ones. */
export function serversBeside({ temporal, cluster }: Existing): NonNullable<LabOptions['servers']> {
  if (cluster) return temporal ? [] : ['temporal'];
  return { temporal: !temporal };
}

/** Flags by which a Serinus process finds an existing cluster; the lab's own it finds by its environment. */
export function clusterArguments({ cluster }: Existing): string[] {
  if (!cluster) return [];
  const { kubeconfig, context, metricsServer } = cluster;
  return [
    `--kubeconfig=${kubeconfig}`,
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(metricsServer === undefined ? [] : [`--metrics-server=${metricsServer}`]),
  ];
}

function readUrl(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new UsageError(`${flag} must be a URL such as http://127.0.0.1:9080`);
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}
