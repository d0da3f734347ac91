import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DEPLOYMENTS, EVENTS } from '../../src/kube/object.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { allowNoPods } from '../harness/kubernetes/no-pods.js';
import { until } from '../harness/until.js';
import { dependencies } from './repair/dependencies.js';
import { Rig } from './repair/rig.js';

/** A gateway that reports an error for a route must neither keep a release from ending nor pass unnoticed. */
describe('pods are stopped although the data plane has not accepted the route', { concurrency: 2 }, () => {
  let cluster: TestCluster;
  let deps: ReturnType<typeof dependencies>;

  before(async () => {
    cluster = await openCluster();
    await allowNoPods(cluster.client, cluster.namespace);
    deps = dependencies(cluster.client, cluster.namespace);
  });

  after(async () => {
    await deps.stop();
    await cluster.close();
  });

  /** The lab's gateway accepts every route of an existing Service: here it says no. */
  async function refusedByTheGateway(name: string): Promise<Rig> {
    const refusing = deps.routers.map((router) =>
      Object.assign(Object.create(router) as typeof router, { isSettled: () => Promise.resolve(false) }),
    );
    const rig = await Rig.open(deps, cluster.namespace, name, 'progressing');
    Object.assign(rig.deps, { routers: refusing });
    return rig;
  }

  async function isSaid(name: string): Promise<void> {
    const words = `The data plane has not accepted the last change of the route of ${name}.${cluster.namespace} within 10s`;
    await until(async () => {
      const { items } = await cluster.client.list(EVENTS, { namespace: cluster.namespace });
      return items.some(({ type, message }) => type === 'Warning' && String(message).startsWith(words));
    }, words);
  }

  async function replicas(name: string): Promise<unknown> {
    const target = await cluster.client.get(DEPLOYMENTS, cluster.namespace, name);
    return (target?.['spec'] as { replicas?: number } | undefined)?.replicas;
  }

  test('at the end of a promotion', async () => {
    const rig = await refusedByTheGateway('promoted');
    await rig.apply([{ do: 'drain' }, { do: 'scaleDown' }]);
    await isSaid('promoted');
    assert.equal(await replicas('promoted'), 0);
  });

  test('at the end of a rollback', async () => {
    const rig = await refusedByTheGateway('refused');
    await rig.rollBack();
    await isSaid('refused');
    assert.equal(await replicas('refused'), 0);
  });
});
