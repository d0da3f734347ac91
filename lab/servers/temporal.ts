import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TemporalOptions } from '../types.js';
import { answersOk } from './http-ready.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

export const TEMPORAL_NAMESPACE = 'default';

/** The dev server rounds timers up to a second by default; short test releases would crawl. */
const PROMPT_TIMERS: Readonly<Record<string, string>> = {
  'history.timerProcessorMaxTimeShift': '"1ms"',
  'history.timerProcessorMaxPollRPS': '2000',
};

/** Temporal's dev server with a database file, so that workflows survive its own restart. */
export function temporal(program: string, directory: string, options: TemporalOptions): ServerSpec {
  const httpUrl = (ports: Ports) => `http://127.0.0.1:${portOf(ports, 'http')}`;
  return {
    name: 'temporal',
    portRoles: ['grpc', 'ui', 'http', 'metrics'],
    needs: [],
    stopSignal: 'SIGTERM',
    url: (ports) => `http://127.0.0.1:${portOf(ports, 'ui')}`,
    command(ports) {
      mkdirSync(directory, { recursive: true });
      const dynamicConfig = { ...PROMPT_TIMERS, ...options.dynamicConfig };
      return {
        file: program,
        args: [
          'server',
          'start-dev',
          '--ip=127.0.0.1',
          '--ui-ip=127.0.0.1',
          `--port=${portOf(ports, 'grpc')}`,
          `--ui-port=${portOf(ports, 'ui')}`,
          `--http-port=${portOf(ports, 'http')}`,
          `--metrics-port=${portOf(ports, 'metrics')}`,
          `--db-filename=${join(directory, 'temporal.db')}`,
          '--log-level=warn',
          ...Object.entries(dynamicConfig).map(([key, value]) => `--dynamic-config-value=${key}=${value}`),
          ...Object.entries(options.searchAttributes ?? {}).map(([key, type]) => `--search-attribute=${key}=${type}`),
        ],
      };
    },
    isReady: (ports) => answersOk(`${httpUrl(ports)}/api/v1/namespaces/${TEMPORAL_NAMESPACE}`),
  };
}
