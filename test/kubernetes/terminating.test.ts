import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readObservation } from '../../src/canary/observation.js';
import type { ApiClient } from '../../src/kube/client.js';
import { CANARIES, DEPLOYMENTS, type KubeObject, type ResourceType } from '../../src/kube/object.js';
import { change } from '../harness/kubernetes/change.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { allowNoPods } from '../harness/kubernetes/no-pods.js';
import { dependencies } from './repair/dependencies.js';
import { isLike, thing } from './repair/objects.js';
import { Rig } from './repair/rig.js';
import { PHASES, type ObjectName, type PhaseName } from './repair/table.js';

// Somebody deletes an object, and a finalizer of somebody else keeps it there: it can be neither relied on nor made again.

const HELD = 'example.com/held';

/** Besides the primary, which nobody rolls out any more, one of the others in each phase. */
const OTHERS: readonly ObjectName[] = ['primary Service', 'canary Service', 'route', 'apex Service'];

/** Where a run looks after what is generated; what goes with the Canary is nobody's to make again. */
const LOOKED_AFTER = PHASES.filter((phase) => phase !== 'rolling back' && phase !== 'terminating');

describe('an object that is being deleted, and stays', { concurrency: 4 }, () => {
  let cluster: TestCluster;
  let deps: ReturnType<typeof dependencies>;
  let client: ApiClient;

  before(async () => {
    cluster = await openCluster();
    ({ client } = cluster);
    await allowNoPods(client, cluster.namespace);
    deps = dependencies(cluster.client, cluster.namespace);
  });

  after(async () => {
    await deps.stop();
    await cluster.close();
  });

  async function hold(type: ResourceType, name: string): Promise<KubeObject> {
    const { namespace } = cluster;
    await change(client, type, { namespace, name }, ({ metadata }) => ({
      metadata: { ...metadata, finalizers: [...(metadata.finalizers ?? []), HELD] },
    }));
    await client.delete(type, namespace, name);
    return (await deps.cache.getFresh(type, namespace, name)) ?? assert.fail(`${name} is gone`);
  }

  async function release(type: ResourceType, name: string): Promise<void> {
    const { namespace } = cluster;
    await change(client, type, { namespace, name }, ({ metadata }) => ({
      metadata: { ...metadata, finalizers: (metadata.finalizers ?? []).filter((one) => one !== HELD) },
    }));
    await deps.cache.getFresh(type, namespace, name);
  }

  const open = (phase: PhaseName, name: string): Promise<Rig> =>
    Rig.open(deps, cluster.namespace, `${name}-${phase.replaceAll(' ', '')}`, phase);

  for (const [at, phase] of LOOKED_AFTER.entries()) {
    test(`${phase}: is named, left alone, and made again when it is gone`, async () => {
      const rig = await open(phase, 'held');
      for (const object of ['primary workload', OTHERS[at % OTHERS.length] ?? 'route'] as const) {
        const what = `${object}, ${phase}`;
        const one = await thing(rig, object);
        rig.said = [];
        const held = await hold(one.type, one.name);
        const next = await rig.settle();
        assert.ok(!JSON.stringify(next).includes('"do":"reconcile"'), what);
        const named = rig.said.filter((line) => line.includes(`${one.type.kind}/${one.name} is being deleted`));
        assert.equal(named.length, 1, `${what}: ${rig.said.join('\n')}`);
        assert.ok(named[0]?.includes(HELD), named[0]);
        const { reason, message = '' } = await rig.condition();
        assert.equal(reason, 'Refused', `${what}: ${message}`);
        assert.ok(message.includes(one.name), `${what}: ${message}`);
        // Looking again is no news, and writes nothing.
        await rig.settle();
        const now = await one.get();
        assert.equal(now?.metadata.generation, held.metadata.generation, what);
        assert.ok(isLike(now, held), what);
        assert.equal(rig.said.filter((line) => line.includes(one.name)).length, 1, what);
        await release(one.type, one.name);
        assert.equal(await one.get(), undefined, what);
        rig.later(61_000);
        await rig.settle();
        assert.ok(isLike(await one.get(), held), `${what}: it isn't made again\n${rig.said.join('\n')}`);
      }
    });
  }

  test('rolling back: users come home all the same', async () => {
    for (const object of ['primary workload', 'primary Service', 'route'] as const) {
      const rig = await open('rolling back', object.replaceAll(' ', '').toLowerCase());
      const one = await thing(rig, object);
      await hold(one.type, one.name);
      await rig.failing(() => rig.rollBack(), true);
      assert.equal(await rig.canaryWeight(), 0, object);
      await release(one.type, one.name);
      await rig.rest();
      assert.ok(await one.get(), object);
    }
  });

  test('a primary gets no new template, nor any of what belongs to it: users stay with what has been analysed', async () => {
    const rig = await open('progressing', 'copied');
    const primary = await thing(rig, 'primary workload');
    const held = await hold(primary.type, primary.name);
    await change(client, DEPLOYMENTS, rig, (object) => withImage(object, 'lab/http-echo:2'));
    await deps.cache.getFresh(DEPLOYMENTS, rig.namespace, rig.name);
    const revision = await rig.revision();
    const promotion = [
      { do: 'promote', revision },
      { do: 'weights', primary: 100, canary: 0 },
    ] as const;
    assert.ok(await rig.failing(() => rig.apply(promotion)));
    assert.ok(
      rig.said.some((line) => line.includes(`Deployment/${primary.name} is refused: it is being deleted`)),
      rig.said.join('\n'),
    );
    assert.equal(await rig.canaryWeight(), 25);
    assert.equal((await primary.get())?.metadata.generation, held.metadata.generation);
  });

  test('a target: what rests says so and goes on being put right; what is under way goes home', async () => {
    for (const phase of ['at rest', 'progressing', 'paused', 'at a gate'] as const) {
      const rig = await open(phase, 'target');
      rig.said = [];
      await hold(DEPLOYMENTS, rig.name);
      const service = await thing(rig, 'primary Service');
      await service.delete();
      const next = await rig.settle();
      assert.ok(await service.get(), `${phase}: the primary's Service`);
      if (phase === 'at rest') {
        assert.ok(
          rig.said.some((line) => line.includes(`Deployment/${rig.name} is being deleted`)),
          rig.said.join('\n'),
        );
      } else {
        assert.equal(next.do, 'rollBack', `${phase}: ${JSON.stringify(next)}`);
        await rig.rollBack();
        assert.equal(await rig.canaryWeight(), 0, phase);
      }
      await release(DEPLOYMENTS, rig.name);
    }
  });

  test('a Canary that wants nothing back, in mid-release: its users come home first', async () => {
    const rig = await open('progressing', 'leaving');
    await change(client, CANARIES, rig, ({ metadata }) => ({ metadata: { ...metadata, finalizers: [] } }));
    const left = await hold(CANARIES, rig.name);
    assert.deepEqual(left.metadata.finalizers, [HELD]);
    assert.equal((await rig.settle()).do, 'rollBack');
    await rig.rollBack();
    assert.equal(await rig.canaryWeight(), 0);
    await release(CANARIES, rig.name);
  });

  test('a Canary gets back what it had, once, and is left to whoever holds it', async () => {
    const rig = await open('at rest', 'canary');
    await hold(CANARIES, rig.name);
    const next = await rig.settle();
    assert.ok(next.do === 'apply' && next.next.phase === 'Terminating', JSON.stringify(next));
    await rig.apply([{ do: 'scaleLikePrimary' }, { do: 'revert' }]);
    const left = await deps.cache.getFresh(CANARIES, rig.namespace, rig.name);
    assert.deepEqual(left?.metadata.finalizers, [HELD]);
    const { world } = await rig.observe();
    assert.equal(world.gone, true, 'a run has nothing to do any more');
    assert.equal(
      await readObservation(rig.deps, { cluster: 'test', namespace: rig.namespace, name: rig.name }),
      undefined,
      'and none is started',
    );
    await release(CANARIES, rig.name);
  });
});

function withImage(object: KubeObject, image: string): Partial<KubeObject> {
  const spec = object['spec'] as { template: { spec: { containers: object[] } } };
  const containers = spec.template.spec.containers.map((container) => ({ ...container, image }));
  return { spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
}
