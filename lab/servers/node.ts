import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeConfig } from '../node/config.js';
import { answersOk } from './http-ready.js';
import { ownProcess } from './own-process.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

export interface NodeSettings extends Omit<NodeConfig, 'port'> {
  readonly directory: string;
  readonly onReady: (url: string) => void;
}

/** The lab node: schedules pods and runs them as processes. */
export function node({ directory, onReady, ...config }: NodeSettings): ServerSpec {
  const url = (ports: Ports) => `http://127.0.0.1:${portOf(ports, 'http')}`;
  return {
    name: 'node',
    portRoles: ['http'],
    // It waits for the API server by itself, so that it can load while that boots.
    needs: [],
    stopSignal: 'SIGTERM',
    url,
    command(ports) {
      mkdirSync(directory, { recursive: true });
      const file = join(directory, 'config.json');
      writeFileSync(file, JSON.stringify({ ...config, port: portOf(ports, 'http') } satisfies NodeConfig));
      return ownProcess('lab/node/main.ts', [file]);
    },
    isReady: (ports) => answersOk(`${url(ports)}/readyz`),
    onReady: (ports) => onReady(url(ports)),
  };
}
