import { DAEMON_SETS, DEPLOYMENTS, SERVICES, type KubeObject, type ResourceType } from '../../src/kube/object.js';
import { APP } from '../harness/kubernetes/workload-bench.js';

/** What the contract suite must know of a kind of target. */
export interface WorkloadCase {
  readonly kind: string;
  readonly type: ResourceType;
  /** Of the Canary's spec. */
  readonly canary: Readonly<Record<string, unknown>>;
  readonly target: { readonly metadata: Readonly<Record<string, unknown>>; readonly spec: unknown };
  /** A merge patch that makes a new revision of the target, and what the primary shows of the revisions. */
  readonly change: (revision: string) => Readonly<Record<string, unknown>>;
  readonly shown: (object: KubeObject) => string | undefined;
  /** A change of the target that is none of what is released. */
  readonly harmless: Readonly<Record<string, unknown>>;
  /** Whether the target has pods that can be stopped. */
  readonly scales: boolean;
}

export const CONTAINERS = [{ name: 'web', image: 'lab/http-echo:1', ports: [{ name: 'http', containerPort: 8080 }] }];

interface Pods {
  readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
}

const template = {
  metadata: { labels: { app: APP }, annotations: { version: '1' } },
  spec: { containers: CONTAINERS },
};
const ofPods = {
  change: (version: string) => ({ spec: { template: { metadata: { annotations: { version } } } } }),
  shown: (object: KubeObject) => (object['spec'] as Pods).template.metadata.annotations?.['version'],
  scales: true,
} as const;

export const WORKLOAD_CASES: readonly WorkloadCase[] = [
  {
    kind: 'Deployment',
    type: DEPLOYMENTS,
    canary: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP } },
    target: {
      metadata: { name: APP, labels: { app: APP } },
      spec: { replicas: 2, selector: { matchLabels: { app: APP } }, template },
    },
    harmless: { spec: { replicas: 3 } },
    ...ofPods,
  },
  {
    kind: 'DaemonSet',
    type: DAEMON_SETS,
    canary: { targetRef: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: APP } },
    target: {
      metadata: { name: APP, labels: { app: APP } },
      spec: { selector: { matchLabels: { app: APP } }, template },
    },
    harmless: { spec: { minReadySeconds: 1 } },
    ...ofPods,
  },
  {
    kind: 'Service',
    type: SERVICES,
    canary: { targetRef: { apiVersion: 'v1', kind: 'Service', name: APP } },
    target: {
      metadata: { name: APP, labels: { app: APP } },
      spec: { type: 'NodePort', selector: { app: APP, version: '1' }, ports: [{ name: 'http', port: 80 }] },
    },
    change: (version) => ({ spec: { selector: { version } } }),
    shown: (object) => (object['spec'] as { selector: Readonly<Record<string, string>> }).selector['version'],
    harmless: { spec: { type: 'LoadBalancer' } },
    scales: false,
  },
];
