import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayConfig } from '../gateway/config.js';
import { answersOk } from './http-ready.js';
import { ownProcess } from './own-process.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

/** The gateway's configuration besides its ports, as far as it is known before the other servers run. */
export interface GatewaySettings {
  readonly directory: string;
  readonly accessFile: string;
  /** Where the lab node's and Prometheus' addresses will be found. */
  readonly placesFile: string;
  /** APISIX' Admin API delivers ApisixRoutes. */
  readonly admin: boolean;
  readonly onReady: (ports: Ports) => void;
}

export const gatewayUrl = (ports: Ports) => `http://127.0.0.1:${portOf(ports, 'http')}`;
export const gatewayMetricsUrl = (ports: Ports) =>
  `http://127.0.0.1:${portOf(ports, 'metrics')}/apisix/prometheus/metrics`;
/** APISIX' Admin API. */
export const adminUrl = (ports: Ports) => `http://127.0.0.1:${portOf(ports, 'admin')}/apisix/admin`;
export const proxyUrl = (ports: Ports) => `http://127.0.0.1:${portOf(ports, 'proxy')}`;

/** The stand-in for Apache APISIX, with the lab's DNS proxy in the same process. */
export function gateway({ directory, accessFile, placesFile, admin, onReady }: GatewaySettings): ServerSpec {
  return {
    name: 'gateway',
    portRoles: ['http', 'metrics', 'proxy', ...(admin ? ['admin'] : [])],
    // It waits for the API server by itself, so that it can load while that boots.
    needs: [],
    stopSignal: 'SIGTERM',
    url: gatewayUrl,
    command(ports) {
      mkdirSync(directory, { recursive: true });
      const file = join(directory, 'config.json');
      const config: GatewayConfig = {
        accessFile,
        placesFile,
        port: portOf(ports, 'http'),
        metricsPort: portOf(ports, 'metrics'),
        proxyPort: portOf(ports, 'proxy'),
        ...(admin ? { admin: { port: portOf(ports, 'admin'), file: join(directory, 'admin.json') } } : {}),
      };
      writeFileSync(file, JSON.stringify(config));
      return ownProcess('lab/gateway/main.ts', [file]);
    },
    isReady: (ports) => answersOk(`http://127.0.0.1:${portOf(ports, 'metrics')}/readyz`),
    onReady,
  };
}
