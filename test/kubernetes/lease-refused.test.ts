import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { rollBack } from '../../src/activities/rollback.js';
import { parseStatus } from '../../src/crds/status.js';
import type { Effect } from '../../src/domain/decision/effects.js';
import { FencedError, UserError } from '../../src/errors.js';
import { CANARIES } from '../../src/kube/object.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { thing } from './repair/objects.js';
import { Refusing } from './repair/refusing.js';
import { dependencies } from './repair/dependencies.js';
import { Rig } from './repair/rig.js';
import type { PhaseName } from './repair/table.js';

// A Lease that somebody has deleted and an admission policy keeps away: on a real API server.

const HALF: Effect = { do: 'weights', primary: 50, canary: 50 };
const HOME: Effect = { do: 'weights', primary: 100, canary: 0 };

describe('a Lease that is gone and can’t be made again', { concurrency: 4 }, () => {
  let cluster: TestCluster;
  let deps: ReturnType<typeof dependencies>;
  let refusing: Refusing;

  before(async () => {
    cluster = await openCluster();
    refusing = await Refusing.install(cluster.client);
    await refusing.watch(cluster.namespace);
    deps = dependencies(cluster.client, cluster.namespace);
  });

  after(async () => {
    await deps.stop();
    await refusing.remove();
    await cluster.close();
  });

  /** A Canary in a phase, whose Lease has just been taken away for good. */
  async function bereft(name: string, phase: PhaseName): Promise<Rig> {
    const rig = await Rig.open(deps, cluster.namespace, name, phase);
    const lease = await thing(rig, 'Lease');
    await refusing.refuse(lease.type, rig.namespace, lease.name);
    await lease.delete();
    return rig;
  }

  const statusOf = async (rig: Rig) =>
    parseStatus((await cluster.client.get(CANARIES, rig.namespace, rig.name))?.['status']);

  test('a release is looked at and told of, takes no traffic further, and comes home', async () => {
    const rig = await bereft('told', 'progressing');
    const lease = await thing(rig, 'Lease');
    await rig.settle();
    assert.ok(
      rig.said.some((message) => message.includes(lease.name)),
      rig.said.join('\n'),
    );
    const { reason, message = '' } = await rig.condition();
    assert.equal(reason, 'Refused');
    assert.ok(message.includes(lease.name), message);
    await assert.rejects(rig.apply([HALF]), /forbidden/);
    assert.equal(await rig.canaryWeight(), 25);
    // That checks fail is written down, or there would never be a reason to go home.
    await rig.apply([{ do: 'status', status: { ...(await statusOf(rig)), failedChecks: 1 } }]);
    assert.equal((await statusOf(rig)).failedChecks, 1);
    await assert.rejects(rig.rollBack(), UserError);
    assert.equal(await rig.canaryWeight(), 0);
    assert.equal((await statusOf(rig)).phase, 'Failed');
    assert.equal(await lease.get(), undefined);
  });

  test('nothing is put right meanwhile, which keeps nobody from being rolled back', async () => {
    const rig = await bereft('strayed', 'progressing');
    await (await thing(rig, 'primary Service')).delete();
    const decision = await rig.settle();
    assert.ok(decision.do !== 'apply' || decision.effects.every(({ do: what }) => what !== 'reconcile'));
    await assert.rejects(rig.rollBack(), UserError);
    assert.equal(await rig.canaryWeight(), 0);
    assert.ok(await (await thing(rig, 'primary Service')).get());
  });

  test('a run that finds a release of a dead one takes it home, past every stamp', async () => {
    const rig = await bereft('dead', 'progressing');
    const dead = rig.guard();
    await rig.takeOver();
    await assert.rejects(rig.rollBack(), UserError);
    assert.equal(await rig.canaryWeight(), 0);
    assert.equal((await statusOf(rig)).phase, 'Failed');
    // The late writer has the same word from the API server, and the stamps against it.
    const late = { ...dead, before: [], reason: 'late', status: undefined, at: 0, observedGeneration: 1 };
    await assert.rejects(rollBack(rig.deps, late, new AbortController().signal), FencedError);
    const lease = await thing(rig, 'Lease');
    await refusing.allow(lease.type, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      ...metadataOf(rig, lease),
    });
    await assert.rejects(rollBack(rig.deps, late, new AbortController().signal), FencedError);
    await rig.rollBack();
    assert.ok(await lease.get());
  });

  test('a run that finds nothing to take home waits for it', async () => {
    const rig = await bereft('idle', 'at rest');
    await assert.rejects(rig.takeOver(), /forbidden/);
  });

  test('a Canary that wants to be undone goes, whether a run is open or not', async () => {
    const rig = await bereft('leaving', 'terminating');
    await rig.apply([{ do: 'scaleLikePrimary' }]);
    await rig.takeOver();
    await rig.apply([{ do: 'revert' }]);
    assert.equal(await cluster.client.get(CANARIES, rig.namespace, rig.name), undefined);
  });

  test('a promotion’s last way home goes on, and nothing else of it', async () => {
    const rig = await bereft('finalising', 'progressing');
    await rig.apply([HOME, { do: 'scaleDown' }]);
    assert.equal(await rig.canaryWeight(), 0);
    await assert.rejects(rig.apply([{ do: 'scaleUp' }]), /forbidden/);
    await assert.rejects(rig.apply([]), /forbidden/);
  });
});

function metadataOf({ namespace }: Rig, { name }: { readonly name: string }) {
  return { metadata: { name, namespace } };
}
