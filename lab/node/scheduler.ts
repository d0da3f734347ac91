import type { KubeClient } from '../../src/kube/client.js';
import { PODS } from '../../src/kube/object.js';
import { pathOf } from '../../src/kube/path.js';
import { isConflict, isNotFound } from '../kube/answers.js';
import { timestamp } from './container-status.js';
import { obstacle, type Node } from './placement.js';
import type { Pod } from './pod.js';

/** Does the scheduler's work: binds a pending pod to the node, the only one, or says why it stays pending. */
export async function schedule(client: KubeClient, pod: Pod, node: Node): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const reason = obstacle(pod, node);
  try {
    if (reason === undefined) {
      await client.request('POST', pathOf(PODS, namespace, name, 'binding'), {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: node.metadata.name },
      });
    } else if (!pod.status.conditions.some(({ type }) => type === 'PodScheduled')) {
      const patch = { status: { conditions: [unschedulable(reason)] } };
      await client.patch(PODS, 'strategic', namespace, name, patch, { subresource: 'status' });
    }
  } catch (error) {
    // Bound or deleted since it was read: the watch will show it.
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
