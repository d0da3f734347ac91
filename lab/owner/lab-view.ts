import { join } from 'node:path';
import { countApiRequests, type ApiRequestCount, type ApiRequestFilter } from '../kube/audit.js';
import { contextOf } from '../kube/kubeconfig.js';
import type { LabState, TemporalPlace } from '../types.js';
import { Layout } from './layout.js';

/** What follows from a lab's state alone, in any process. */
export class LabView {
  constructor(readonly readState: () => LabState) {}

  get directory(): string {
    return this.describe().directory;
  }

  get logs(): string {
    return this.describe().logs;
  }

  get kubeconfig(): string {
    return this.describe().kubeconfig;
  }

  get scrapeTargets(): string {
    return this.describe().scrapeTargets;
  }

  get temporal(): TemporalPlace {
    return this.#present('temporal');
  }

  get prometheusUrl(): string {
    return this.#present('prometheusUrl');
  }

  get gatewayUrl(): string {
    return this.#present('gatewayUrl');
  }

  get gatewayMetricsUrl(): string {
    return this.#present('gatewayMetricsUrl');
  }

  get planeUrl(): string {
    return this.#present('planeUrl');
  }

  get planeMetricsUrl(): string {
    return this.#present('planeMetricsUrl');
  }

  get proxyUrl(): string {
    return this.#present('proxyUrl');
  }

  kubeconfigOf(user: string): string {
    const { users, directory } = this.describe();
    if (users.includes(user)) return new Layout(directory).kubeconfigOf(user);
    throw new Error(`this lab has no API user "${user}"; it has ${users.map(contextOf).join(', ')}`);
  }

  environment(): Record<string, string> {
    return labEnvironment(this.describe());
  }

  apiRequests(filter: ApiRequestFilter = {}): Promise<ApiRequestCount> {
    return countApiRequests(this.describe().auditLog, filter);
  }

  describe(): LabState {
    return this.readState();
  }

  #present<K extends keyof LabState>(key: K): NonNullable<LabState[K]> {
    const value = this.describe()[key];
    if (value === null || value === undefined) throw new Error(`this lab was started without what gives ${key}`);
    return value;
  }
}

/** The variables by which a child process finds this lab; what a left-out server would give is absent. */
function labEnvironment(state: LabState): Record<string, string> {
  const env: Record<string, string> = {
    SERINUS_LAB_DIRECTORY: state.directory,
    // What is released in a lab goes with it.
    SERINUS_ARCHIVE: `sqlite://${encodeURI(join(state.directory, 'archive.db'))}`,
  };
  const running = new Set(state.servers.map(({ name }) => name));
  if (running.has('apiserver')) env['KUBECONFIG'] = state.kubeconfig;
  if (state.temporal) {
    env['TEMPORAL_ADDRESS'] = state.temporal.address;
    env['TEMPORAL_NAMESPACE'] = state.temporal.namespace;
    // There is no such file: the user's own, with its TLS and keys for another server, isn't read.
    env['TEMPORAL_CONFIG_FILE'] = join(state.directory, 'temporal.toml');
  }
  if (state.prometheusUrl) {
    env['PROMETHEUS_URL'] = state.prometheusUrl;
    env['SERINUS_METRICS_SERVER'] = state.prometheusUrl;
  }
  if (state.gatewayUrl) env['GATEWAY_URL'] = state.gatewayUrl;
  if (state.proxyUrl) Object.assign(env, proxyEnvironment(state.proxyUrl));
  return env;
}

/** Both spellings: programs differ in which one they read. Loopback addresses are spoken to directly. */
export function proxyEnvironment(proxyUrl: string): Record<string, string> {
  const direct = '127.0.0.1,localhost,::1';
  return { HTTP_PROXY: proxyUrl, http_proxy: proxyUrl, NO_PROXY: direct, no_proxy: direct };
}
