import type { ApiClient } from '../../../src/kube/client.js';
import type { ResourceType } from '../../../src/kube/object.js';
import { change } from './change.js';

const QUOTAS: ResourceType = { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas' };

/**
 * From now on no pod is made in a namespace: for tests that look at objects only. The controller that would count pods
 * isn't part of the lab; until somebody has counted, the API server lets all of them through.
 */
export async function allowNoPods(client: ApiClient, namespace: string): Promise<void> {
  const spec = { hard: { pods: '0' } };
  const metadata = { name: 'no-pods', namespace };
  await client.create(QUOTAS, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec });
  await change(client, QUOTAS, metadata, () => ({ status: { ...spec, used: { pods: '0' } } }), 'status');
}
