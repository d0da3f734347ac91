import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Effect } from '../../src/domain/decision/effects.js';
import { DEPLOYMENTS, type KubeObject } from '../../src/kube/object.js';
import { until } from '../harness/until.js';
import { change } from '../harness/kubernetes/change.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { thing, type Thing } from './repair/objects.js';
import { Refusing } from './repair/refusing.js';
import { dependencies } from './repair/dependencies.js';
import { Rig } from './repair/rig.js';
import type { PhaseName } from './repair/table.js';

/**
 * What the API server refuses of what a phase itself writes: it is reported by name in event and condition, nothing is half
 * done, and it goes on by itself when nothing is refused any more.
 */
describe('a write of the release itself is refused', { concurrency: 3 }, () => {
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

  async function refused(phase: PhaseName, name: string, of: 'route' | 'primary workload'): Promise<[Rig, Thing]> {
    const rig = await Rig.open(deps, cluster.namespace, name, phase);
    const one = await thing(rig, of);
    await refusing.refuse(one.type, rig.namespace, one.name);
    rig.said = [];
    return [rig, one];
  }

  async function allowed(one: Thing): Promise<void> {
    await refusing.allow(one.type, (await one.get()) ?? assert.fail(`there is no ${one.name}`));
  }

  async function isReported(rig: Rig, one: Thing): Promise<void> {
    const names = [
      `${one.type.kind}/${one.name} is refused`,
      `${one.type.kind} ${one.name}.${rig.namespace} update failed`,
    ];
    const reports = rig.said.filter((message) => names.some((name) => message.includes(name)));
    assert.ok(reports.length > 0, rig.said.join('\n'));
    const { reason, message = '' } = await rig.condition();
    assert.equal(reason, 'Refused');
    assert.ok(message.includes(one.name), message);
  }

  async function target(rig: Rig): Promise<{ replicas: number; image: string | undefined }> {
    return podsOf(await cluster.client.get(DEPLOYMENTS, rig.namespace, rig.name));
  }

  test('a step of the weights: users stay where they are', async () => {
    const [rig, route] = await refused('progressing', 'step', 'route');
    const step: Effect = { do: 'weights', primary: 50, canary: 50 };
    assert.ok(await rig.failing(() => rig.apply([step])));
    await isReported(rig, route);
    assert.equal(await rig.canaryWeight(), 25);
    await allowed(route);
    assert.equal(await rig.failing(() => rig.apply([step])), undefined);
    assert.equal(await rig.canaryWeight(), 50);
  });

  test('the way home: what serves users goes on running, and it is tried again', async () => {
    const [rig, route] = await refused('rolling back', 'home', 'route');
    await cluster.client.patch(DEPLOYMENTS, 'merge', rig.namespace, rig.name, { spec: { replicas: 1 } });
    await deps.cache.getFresh(DEPLOYMENTS, rig.namespace, rig.name);
    const next = await rig.failing(() => rig.rollBack(), true);
    assert.ok(next?.do === 'apply' && next.next.waiting.for === 'tick');
    assert.ok(next.next.waiting.at <= rig.deps.now() + 10_000, 'soon, however long the interval is');
    await isReported(rig, route);
    assert.equal(await rig.canaryWeight(), 25);
    assert.equal((await target(rig)).replicas, 1, 'a quarter of the users are served by it');
    await allowed(route);
    assert.equal(await rig.failing(() => rig.rollBack(), true), undefined);
    assert.equal(await rig.canaryWeight(), 0);
    assert.equal((await target(rig)).replicas, 0);
  });

  test('pods for the primary: users come home to those that it has', async () => {
    const rig = await Rig.open(deps, cluster.namespace, 'pods', 'rolling back');
    const primary = await thing(rig, 'primary workload');
    await cluster.client.patch(DEPLOYMENTS, 'merge', rig.namespace, rig.name, { spec: { replicas: 3 } });
    const available = async (): Promise<number> =>
      ((await primary.get())?.['status'] as { availableReplicas?: number } | undefined)?.availableReplicas ?? 0;
    await until(async () => (await available()) > 0, 'the primary serves', 60_000);
    await refusing.refuse(primary.type, rig.namespace, primary.name);
    await rig.failing(() => rig.rollBack(), true);
    assert.equal(await rig.canaryWeight(), 0);
    assert.ok(
      rig.said.some((message) => message.includes(`Deployment/${primary.name} is refused`)),
      rig.said.join('\n'),
    );
  });

  test('a promotion: the primary is as it was, and nothing after it is done', async () => {
    const [rig, primary] = await refused('progressing', 'copy', 'primary workload');
    const before = podsOf(await primary.get()).image;
    await withImage(rig, 'lab/http-echo:2');
    const revision = await rig.revision();
    const promotion: Effect[] = [
      { do: 'promote', revision },
      { do: 'weights', primary: 100, canary: 0 },
    ];
    assert.ok(await rig.failing(() => rig.apply(promotion)));
    await isReported(rig, primary);
    assert.equal(podsOf(await primary.get()).image, before);
    assert.equal(await rig.canaryWeight(), 25, 'those who meet the new version go on doing so');
    await allowed(primary);
    assert.equal(await rig.failing(() => rig.apply(promotion)), undefined);
    assert.equal(podsOf(await primary.get()).image, 'lab/http-echo:2');
    assert.equal(await rig.canaryWeight(), 0);
  });

  async function withImage(rig: Rig, image: string): Promise<void> {
    await change(cluster.client, DEPLOYMENTS, rig, (object) => {
      const spec = object['spec'] as { template: { spec: { containers: object[] } } };
      const containers = spec.template.spec.containers.map((container) => ({ ...container, image }));
      return { spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
    });
    await deps.cache.getFresh(DEPLOYMENTS, rig.namespace, rig.name);
  }
});

function podsOf(object: KubeObject | undefined): { replicas: number; image: string | undefined } {
  const { replicas = 1, template } = (object?.['spec'] ?? {}) as {
    replicas?: number;
    template?: { spec: { containers: { image: string }[] } };
  };
  return { replicas, image: template?.spec.containers[0]?.image };
}
