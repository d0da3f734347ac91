import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answersOk } from './http-ready.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';

/** What Deployments, DaemonSets, Services, autoscalers, owners and namespaces need, and nothing else. */
const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'daemonset-controller',
  'statefulset-controller',
  'job-controller',
  'endpointslice-controller',
  'horizontal-pod-autoscaler-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'clusterrole-aggregation-controller',
];

export interface ControllersSettings {
  readonly program: string;
  readonly directory: string;
  readonly kubeconfig: string;
  readonly serviceAccountKey: string;
}

/** kube-controller-manager. */
export function controllers({ program, directory, kubeconfig, serviceAccountKey }: ControllersSettings): ServerSpec {
  const url = (ports: Ports) => `https://127.0.0.1:${portOf(ports, 'secure')}`;
  return {
    name: 'controllers',
    portRoles: ['secure'],
    needs: ['apiserver'],
    stopSignal: 'SIGKILL',
    url,
    command: (ports) => ({
      file: program,
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--service-account-private-key-file=${serviceAccountKey}`,
        `--controllers=${CONTROLLERS.join(',')}`,
        '--leader-elect=false',
        '--bind-address=127.0.0.1',
        `--secure-port=${portOf(ports, 'secure')}`,
        `--cert-dir=${directory}`,
        // Several releases at once must be held up by what is tested, not by this client's courtesy.
        '--kube-api-qps=200',
        '--kube-api-burst=400',
        '--horizontal-pod-autoscaler-sync-period=5s',
      ],
    }),
    isReady: (ports) =>
      answersOk(`${url(ports)}/healthz`, {
        certificate: readFileSync(join(directory, 'kube-controller-manager.crt'), 'utf8'),
      }),
  };
}
