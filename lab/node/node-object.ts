import type { KubeClient } from '../../src/kube/client.js';
import type { ResourceType } from '../../src/kube/object.js';
import { isConflict } from '../kube/answers.js';
import { timestamp } from './container-status.js';

export const NODES: ResourceType = { apiVersion: 'v1', kind: 'Node', plural: 'nodes' };
export const NODE_NAME = 'lab-node';
/** The node's address: a name, like the pods' addresses. */
export const HOST_IP = '192.0.2.2';
const NODE_LABELS = {
  'kubernetes.io/hostname': NODE_NAME,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': process.arch === 'x64' ? 'amd64' : process.arch,
};

const CAPACITY = { cpu: '64', memory: '256Gi', pods: '500', 'ephemeral-storage': '1Ti' };

/** Makes the Node object, and says that it is ready. No lease is renewed: nobody watches for that here. */
export async function registerNode(client: KubeClient): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME, labels: NODE_LABELS } };
  try {
    await client.create(NODES, object);
  } catch (error) {
    if (!isConflict(error)) throw error; // a former run of this lab has made it
  }
  const now = timestamp(new Date());
  const condition = { type: 'Ready', status: 'True', reason: 'LabNodeReady', message: 'the lab node runs' };
  const status = {
    capacity: CAPACITY,
    allocatable: CAPACITY,
    addresses: [
      { type: 'InternalIP', address: HOST_IP },
      { type: 'Hostname', address: NODE_NAME },
    ],
    conditions: [{ ...condition, lastHeartbeatTime: now, lastTransitionTime: now }],
    nodeInfo: { kubeletVersion: 'v1.35.4-lab', operatingSystem: 'linux', osImage: 'Serinus lab' },
  };
  await client.patch(NODES, 'merge', undefined, NODE_NAME, { status }, { subresource: 'status' });
  // The taint that admission puts on every new node until it is ready.
  await client.patch(NODES, 'merge', undefined, NODE_NAME, { spec: { taints: null } });
}
