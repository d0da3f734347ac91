import type { KubeClient } from '../kube/client.js';
import { isConflict, isNotFound } from '../kube/errors.js';
import { timestamp } from './container-status.js';
import { NODE_LABELS, NODE_NAME } from './node-object.js';
import type { Pod } from './pod.js';

/** Whether this node, the only one, is one that the pod may run on. */
function fits({ spec }: Pod): boolean {
  const labels: Readonly<Record<string, string>> = NODE_LABELS;
  return Object.entries(spec.nodeSelector).every(([key, value]) => labels[key] === value);
}

/** Does the scheduler's work: binds a pending pod to the node, or says why it stays pending. */
export async function schedule(client: KubeClient, pod: Pod): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  try {
    if (fits(pod)) {
      await client.create(`${path}/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: NODE_NAME },
      });
    } else if (!pod.status.conditions.some(({ type }) => type === 'PodScheduled')) {
      await client.patch(`${path}/status`, 'strategic-merge', { status: { conditions: [unschedulable()] } });
    }
  } catch (error) {
    // Bound or deleted since we have read it: the watch will tell.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

function unschedulable(): object {
  return {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    lastTransitionTime: timestamp(new Date()),
  };
}
