import { answersOk } from './http-ready.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

/** The API server's database. It needn't survive a power cut, so it doesn't wait for the disk. */
export function etcd(program: string, dataDirectory: string): ServerSpec {
  const clientUrl = (ports: Ports) => `http://127.0.0.1:${portOf(ports, 'client')}`;
  return {
    name: 'etcd',
    portRoles: ['client', 'peer'],
    needs: [],
    stopSignal: 'SIGTERM',
    url: clientUrl,
    command(ports) {
      const peerUrl = `http://127.0.0.1:${portOf(ports, 'peer')}`;
      return {
        file: program,
        args: [
          '--name=lab',
          `--data-dir=${dataDirectory}`,
          '--unsafe-no-fsync',
          `--listen-client-urls=${clientUrl(ports)}`,
          `--advertise-client-urls=${clientUrl(ports)}`,
          `--listen-peer-urls=${peerUrl}`,
          `--initial-advertise-peer-urls=${peerUrl}`,
          `--initial-cluster=lab=${peerUrl}`,
          '--log-level=warn',
        ],
      };
    },
    isReady: (ports) => answersOk(`${clientUrl(ports)}/health`),
  };
}
