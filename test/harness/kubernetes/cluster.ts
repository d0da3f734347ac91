import { randomUUID } from 'node:crypto';
import { ClusterCache } from '../../../src/kube/cache.js';
import type { KubeClient } from '../../../src/kube/client.js';
import { clusterClient } from '../../../src/kube/connect.js';
import type { KubeObject, ResourceType } from '../../../src/kube/object.js';
import { KubeError } from '../../../src/kube/kube-error.js';
import {
  CANARIES,
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  PODS,
  SECRETS,
} from '../../../src/kube/object.js';

export const NAMESPACES: ResourceType = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' };

/** A namespace of its own on the API server that the test run has started. */
export interface TestCluster {
  readonly client: KubeClient;
  readonly cache: ClusterCache;
  readonly namespace: string;
  close(): Promise<void>;
}

export function kubeconfig(): string {
  const path = process.env['KUBECONFIG'];
  if (path === undefined) throw new Error('KUBECONFIG is not set: run the tests with npm test');
  return path;
}

export async function openCluster(userAgent = 'serinus-test'): Promise<TestCluster> {
  const client = clusterClient({ kubeconfig: kubeconfig(), userAgent });
  const namespace = `t-${randomUUID().slice(0, 8)}`;
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const cache = new ClusterCache(client, { namespace, metadataOnly: [CONFIG_MAPS, SECRETS], log: () => undefined });
  return {
    client,
    cache,
    namespace,
    close: async () => {
      await cache.stop();
      await leave(client, namespace);
    },
  };
}

/** What Kubernetes' controllers and the lab's node go on working for. */
const BUSY = [DEPLOYMENTS, DAEMON_SETS, HORIZONTAL_POD_AUTOSCALERS, PODS];

/**
 * Ends what goes on in a test's namespace, and leaves the rest of it where it is: to delete a namespace takes Kubernetes some
 * ninety requests, which was more than a third of all that the API server did in a test run.
 */
export async function leave(client: KubeClient, namespace: string): Promise<void> {
  await dropCanaries(client, namespace);
  for (const type of BUSY) {
    const { items } = await client.list(type, { namespace });
    await Promise.all(items.map(({ metadata }) => client.delete(type, namespace, metadata.name)));
  }
}

/**
 * Deletes the Canaries of a namespace, whatever waits for them: a Serinus that goes on running must have none of this test
 * left to look after.
 */
async function dropCanaries(client: KubeClient, namespace: string): Promise<void> {
  const { items } = await client.list(CANARIES, { namespace }).catch(noneWhereMissing);
  for (const { metadata } of items) {
    const { name, finalizers = [] } = metadata;
    const free = { metadata: { finalizers: null } };
    if (finalizers.length > 0) await client.patch(CANARIES, 'merge', namespace, name, free).catch(noneWhereMissing);
    await client.delete(CANARIES, namespace, name);
  }
}

function noneWhereMissing(error: unknown): { readonly items: readonly KubeObject[] } {
  if (error instanceof KubeError && error.status === 404) return { items: [] };
  throw error;
}

export function configMap(namespace: string, name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

export function deployment(
  namespace: string,
  name: string,
  image = 'lab/http-echo:1',
  extra: Record<string, unknown> = {},
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
      },
      ...extra,
    },
  };
}
