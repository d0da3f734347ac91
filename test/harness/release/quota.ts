import type { ResourceType } from '../../../src/kube/object.js';
import { change } from '../kubernetes/change.js';
import type { World } from './world.js';

const QUOTAS: ResourceType = { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas' };
const NAME = 'pods';

/**
 * No more pods than these: the API server refuses each one above.
 *
 * @param used how many there are; nobody counts those that go, since the controller that does isn't running here
 */
export async function allow({ kube, namespace }: World, pods: number, used = pods): Promise<void> {
  const hard = { pods: String(pods) };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: NAME, namespace }, spec: { hard } };
  if (!(await kube.get(QUOTAS, namespace, NAME))) await kube.create(QUOTAS, quota);
  const status = { hard, used: { pods: String(used) } };
  await change(kube, QUOTAS, { namespace, name: NAME }, () => ({ status }), 'status');
}
