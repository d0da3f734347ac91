import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeAccess } from '../kube/access.js';
import { answers } from './http-ready.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

const LOOPBACK = '127.0.0.1';

export interface SkipperSettings {
  readonly program: string;
  readonly directory: string;
  /** How it reaches the API server, once that runs. */
  readonly access: () => Promise<KubeAccess>;
  readonly onReady: (ports: Ports) => void;
}

export const skipperUrl = (ports: Ports) => `http://${LOOPBACK}:${portOf(ports, 'http')}`;
export const skipperMetricsUrl = (ports: Ports) => `http://${LOOPBACK}:${portOf(ports, 'support')}/metrics`;

/** Skipper, with the metrics that Flagger's documentation asks for: reads Ingresses and carries the traffic. */
export function skipper({ program, directory, access, onReady }: SkipperSettings): ServerSpec {
  return {
    name: 'skipper',
    portRoles: ['http', 'support'],
    needs: ['apiserver'],
    stopSignal: 'SIGTERM',
    url: skipperUrl,
    async command(ports) {
      const { server, certificate, token } = await access();
      mkdirSync(directory, { recursive: true });
      const [tokenFile, certificateFile] = [join(directory, 'token'), join(directory, 'apiserver.crt')];
      writeFileSync(tokenFile, token, { mode: 0o600 });
      writeFileSync(certificateFile, certificate);
      return {
        file: program,
        args: [
          '-kubernetes',
          `-kubernetes-url=${server}`,
          `-kubernetes-token-file=${tokenFile}`,
          '-enable-kubernetes-endpointslices',
          '-kubernetes-https-redirect=false',
          '-kubernetes-healthcheck=false',
          `-address=${LOOPBACK}:${portOf(ports, 'http')}`,
          `-support-listener=${LOOPBACK}:${portOf(ports, 'support')}`,
          '-metrics-flavour=prometheus',
          '-serve-route-metrics',
          '-route-response-metrics',
          '-wait-first-route-load',
          '-access-log-disabled',
        ],
        // It trusts what Go's library trusts.
        env: { SSL_CERT_FILE: certificateFile },
      };
    },
    // It listens once it has routes, if only its own.
    isReady: (ports) => answers(skipperUrl(ports)),
    onReady,
  };
}
