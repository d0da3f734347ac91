import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CONTOUR_CONFIGURATION } from '../planes/contour/gateway.js';
import { answersOk } from './http-ready.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

const LOOPBACK = '127.0.0.1';

export interface ContourSettings {
  readonly program: string;
  readonly directory: string;
  readonly kubeconfig: string;
  /** Teaches the API server Contour's kinds, and makes the Gateway that Envoy shall listen for at this port. */
  readonly prepare: (envoyPort: number) => Promise<void>;
  readonly onReady: (ports: Ports) => void;
}

/** Where requests come in. Contour chooses what Envoy listens on, so the ports are kept here. */
export const contourGatewayUrl = (ports: Ports) => `http://${LOOPBACK}:${portOf(ports, 'http')}`;
export const contourMetricsUrl = (ports: Ports) => `http://${LOOPBACK}:${portOf(ports, 'stats')}/stats/prometheus`;

/** Contour: reads HTTPProxies and the Gateway API, and configures Envoy. */
export function contour({ program, directory, kubeconfig, prepare, onReady }: ContourSettings): ServerSpec {
  return {
    name: 'contour',
    portRoles: ['http', 'stats', 'xds', 'health', 'metrics', 'debug'],
    needs: ['apiserver'],
    stopSignal: 'SIGTERM',
    url: (ports) => `http://${LOOPBACK}:${portOf(ports, 'metrics')}`,
    async command(ports) {
      mkdirSync(directory, { recursive: true });
      const config = join(directory, 'contour.yaml');
      writeFileSync(config, stringify(CONTOUR_CONFIGURATION));
      await prepare(portOf(ports, 'http'));
      return {
        file: program,
        args: [
          'serve',
          `--config-path=${config}`,
          `--kubeconfig=${kubeconfig}`,
          '--insecure',
          '--disable-leader-election',
          // Kinds of the Gateway API's experimental channel.
          ...['tlsroutes', 'tcproutes', 'backendtlspolicies'].map((kind) => `--disable-feature=${kind}`),
          `--xds-address=${LOOPBACK}`,
          `--xds-port=${portOf(ports, 'xds')}`,
          `--envoy-service-http-address=${LOOPBACK}`,
          `--envoy-service-http-port=${portOf(ports, 'http')}`,
          `--stats-address=${LOOPBACK}`,
          `--stats-port=${portOf(ports, 'stats')}`,
          `--health-address=${LOOPBACK}`,
          `--health-port=${portOf(ports, 'health')}`,
          `--http-address=${LOOPBACK}`,
          `--http-port=${portOf(ports, 'metrics')}`,
          `--debug-http-address=${LOOPBACK}`,
          `--debug-http-port=${portOf(ports, 'debug')}`,
        ],
      };
    },
    isReady: (ports) => answersOk(`http://${LOOPBACK}:${portOf(ports, 'health')}/health`),
    onReady,
  };
}
