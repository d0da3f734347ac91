import { setTimeout as sleep } from 'node:timers/promises';
import { PODS, type KubeObject, type ResourceType } from '../../../src/kube/object.js';
import { change } from '../kubernetes/change.js';
import type { ReleaseScene } from './scene.js';

const QUOTAS: ResourceType = { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas' };
const NAME = 'pods';

/**
 * No more pods than these: the API server refuses each one above.
 *
 * @param used how many there are; nobody counts those that go unless {@link recount} does, since the controller of the real
 *   thing isn't running here
 */
export async function allow({ kube, namespace }: ReleaseScene, pods: number, used = pods): Promise<void> {
  const hard = { pods: String(pods) };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: NAME, namespace }, spec: { hard } };
  if (!(await kube.get(QUOTAS, namespace, NAME))) await kube.create(QUOTAS, quota);
  const status = { hard, used: { pods: String(used) } };
  await change(kube, QUOTAS, { namespace, name: NAME }, () => ({ status }), 'status');
}

const PAUSE_MS = 100;

/** Counts the pods again and again until the test ends, as the controller of the real thing does. */
export function recount(world: ReleaseScene): void {
  const { kube, namespace } = world;
  const ended = new AbortController();
  const counting = (async () => {
    while (!ended.signal.aborted) {
      const used = { pods: String((await kube.list(PODS, { namespace })).items.length) };
      const edit = ({ status }: KubeObject) => ({ status: { ...(status as object), used } });
      await change(kube, QUOTAS, { namespace, name: NAME }, edit, 'status');
      await sleep(PAUSE_MS);
    }
  })();
  world.atEnd(async () => {
    ended.abort();
    await counting;
  });
}
