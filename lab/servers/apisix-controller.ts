import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { answersOk } from './http-ready.js';
import { portOf, type ServerSpec } from './server-spec.js';

const LOOPBACK = '127.0.0.1';

export interface ApisixControllerSettings {
  readonly program: string;
  readonly directory: string;
  readonly kubeconfig: string;
  /** Of the gateway that it configures, once that runs. */
  readonly adminUrl: () => string;
  /** Teaches the API server the kinds that it reads. */
  readonly prepare: () => Promise<void>;
}

/**
 * Apache APISIX' ingress controller: reads ApisixRoutes, configures the gateway by its Admin API, and writes their
 * status.
 */
export function apisixController(settings: ApisixControllerSettings): ServerSpec {
  const { program, directory, kubeconfig, adminUrl, prepare } = settings;
  return {
    name: 'apisix-controller',
    portRoles: ['http', 'https'],
    needs: ['apiserver', 'gateway'],
    stopSignal: 'SIGTERM',
    url: (ports) => `http://${LOOPBACK}:${portOf(ports, 'http')}`,
    async command(ports) {
      mkdirSync(directory, { recursive: true });
      const config = join(directory, 'config.yaml');
      writeFileSync(
        config,
        stringify({
          log_level: 'info',
          http_listen: `${LOOPBACK}:${portOf(ports, 'http')}`,
          https_listen: `${LOOPBACK}:${portOf(ports, 'https')}`,
          kubernetes: { kubeconfig, watch_endpoint_slices: true },
          apisix: { admin_api_version: 'v3', default_cluster_base_url: adminUrl(), default_cluster_admin_key: 'lab' },
        }),
      );
      await prepare();
      return {
        file: program,
        args: ['ingress', '--config-path', config],
        env: { POD_NAME: 'apisix-ingress-controller-0', POD_NAMESPACE: 'default' },
      };
    },
    isReady: (ports) => answersOk(`http://${LOOPBACK}:${portOf(ports, 'http')}/healthz`),
  };
}
