import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../tools/run-command.js';
import { answersOk } from './http-ready.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

export interface EnvoySettings {
  readonly program: string;
  /** Contour's, which writes Envoy's first configuration. */
  readonly contour: string;
  readonly directory: string;
  /** Contour's ports, once it runs. */
  readonly contourPorts: () => Ports;
}

/** Envoy, as Contour's manifests start it. It carries the traffic. */
export function envoy({ program, contour, directory, contourPorts }: EnvoySettings): ServerSpec {
  const stats = () => `http://127.0.0.1:${portOf(contourPorts(), 'stats')}`;
  return {
    name: 'envoy',
    // What it listens on is Contour's to say.
    portRoles: [],
    needs: ['contour'],
    stopSignal: 'SIGTERM',
    url: () => `http://127.0.0.1:${portOf(contourPorts(), 'http')}`,
    async command() {
      mkdirSync(directory, { recursive: true });
      const config = join(directory, 'envoy.json');
      const { code, output } = await runCommand(contour, [
        'bootstrap',
        '--xds-address=127.0.0.1',
        `--xds-port=${portOf(contourPorts(), 'xds')}`,
        `--admin-address=${join(directory, 'admin.sock')}`,
        config,
      ]);
      if (code !== 0) throw new Error(`contour bootstrap failed: ${output.trim()}`);
      return {
        file: program,
        args: [
          '-c',
          config,
          // Its parser takes no `--flag=value`.
          '--service-cluster',
          'contour',
          '--service-node',
          'envoy-lab',
          '--concurrency',
          '1',
          '--disable-hot-restart',
          '--log-level',
          'warning',
        ],
      };
    },
    isReady: () => answersOk(`${stats()}/ready`),
  };
}
