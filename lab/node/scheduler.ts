import type { KubeClient } from '../kube/client.js';
import { isConflict, isNotFound } from '../kube/errors.js';
import { timestamp } from './container-status.js';
import { obstacle, type Node } from './placement.js';
import type { Pod } from './pod.js';

/** Does the scheduler's work: binds a pending pod to the node, the only one, or says why it stays pending. */
export async function schedule(client: KubeClient, pod: Pod, node: Node): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const reason = obstacle(pod, node);
  try {
    if (reason === undefined) {
      await client.create(`${path}/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: node.metadata.name },
      });
    } else if (!pod.status.conditions.some(({ type }) => type === 'PodScheduled')) {
      await client.patch(`${path}/status`, 'strategic-merge', { status: { conditions: [unschedulable(reason)] } });
    }
  } catch (error) {
    // Bound or deleted since we have read it: the watch will tell.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

function unschedulable(reason: string): object {
  return {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: `0/1 nodes are available: ${reason}.`,
    lastTransitionTime: timestamp(new Date()),
  };
}
