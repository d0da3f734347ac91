import { z } from 'zod';
import type { KubeClient } from '../../../src/kube/client.js';
import { PODS, type KubeObject } from '../../../src/kube/object.js';
import { waitFor } from '../../../lab/process/wait.js';

/**
 * A Deployment of the lab's quick HTTP server.
 *
 * @param delayMs how long it takes for an answer
 */
export function echoDeployment(
  namespace: string,
  name: string,
  tag: string,
  replicas: number,
  delayMs = 0,
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: {
      replicas,
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: 'echo',
              image: `lab/http-echo:${tag}`,
              ...(delayMs > 0 ? { env: [{ name: 'DELAY_MS', value: String(delayMs) }] } : {}),
              ports: [{ name: 'http', containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

/** @param app whose pods it leads to */
export function echoService(namespace: string, name: string, app = name): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { selector: { app }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  };
}

const podListSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.object({
        podIP: z.string().optional(),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        containerStatuses: z
          .array(
            z.object({
              restartCount: z.number(),
              state: z.object({ waiting: z.object({ reason: z.string(), message: z.string() }).optional() }),
            }),
          )
          .default([]),
      }),
    }),
  ),
});

export type ListedPod = z.infer<typeof podListSchema>['items'][number];

export async function listPods(client: KubeClient, namespace: string, labelSelector: string): Promise<ListedPod[]> {
  return podListSchema.parse(await client.list(PODS, { namespace, labelSelector })).items;
}

export function isReady({ status }: ListedPod): boolean {
  return status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

/** Waits until exactly that many pods are there, all ready and none on its way out. */
export function waitForReadyPods(client: KubeClient, namespace: string, selector: string, count: number) {
  const enough = async () => {
    const pods = await listPods(client, namespace, selector);
    const settled = pods.length === count && pods.every((pod) => isReady(pod) && !pod.metadata.deletionTimestamp);
    return settled ? pods : undefined;
  };
  return waitFor(`${count} ready pods of ${selector}`, enough, { timeoutMs: 30_000 });
}
