import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, type KubeObject } from '../../src/kube/object.js';
import { orderUpdates, stateQuery } from '../../src/workflows/contract.js';
import { BASELINE, backends, comparedCanary, leftOf } from '../harness/release/baseline.js';
import { analyses } from '../harness/release/judged.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { until } from '../harness/until.js';

test('a canary is compared with a fresh baseline that gets as many requests, and of which nothing stays', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(comparedCanary(world.app));
  const traffic = world.traffic(80);

  await world.setImage('lab/http-echo:2');
  await world.atWeight(20);
  assert.deepEqual(await backends(world), { 'shop-primary': 60, 'shop-canary': 20, [BASELINE]: 20 });
  const made = await baseline(world);
  assert.deepEqual(
    [made?.metadata.ownerReferences?.[0]?.kind, await world.image(BASELINE), await world.replicas(BASELINE)],
    ['Canary', 'lab/http-echo:1', await world.replicas('shop')],
  );
  await world.kube.delete(DEPLOYMENTS, world.namespace, BASELINE);
  await until(async () => {
    const now = await baseline(world);
    return now !== undefined && now.metadata.uid !== made?.metadata.uid && (await world.available(BASELINE)) > 0;
  }, 'the baseline is made again');
  await world.phase('Succeeded');
  const { judged } = await analyses(world);
  const all = { canary: 0, primary: 0, baseline: 0 };
  for (const { requests, counts } of judged) {
    if (!requests) continue;
    for (const side of ['canary', 'primary', 'baseline'] as const) all[side] += requests[side];
    assert.equal(counts?.['errors']?.primary.requests, requests.baseline, 'the baseline stands in the primary’s place');
  }
  assert.ok(all.baseline > 20 && all.canary > 20 && all.primary > 20, JSON.stringify(all));
  assert.equal(await leftOf(world), '');

  await world.setImage('lab/http-echo:3');
  await world.atWeight(20);
  await until(async () => ((await world.run.query(stateQuery)).state?.weight ?? 0) > 0, 'the release is under way');
  await world.run.executeUpdate(orderUpdates.abort, { args: [{ by: 'alice', reason: 'second thoughts' }] });
  await world.phase('Failed');
  await until(async () => (await leftOf(world)) === '', 'nothing of the baseline stays');
  assert.deepEqual(await backends(world), { 'shop-primary': 100, 'shop-canary': 0 });
  await traffic.stop();
});

function baseline(world: ReleaseScene): Promise<KubeObject | undefined> {
  return world.kube.get(DEPLOYMENTS, world.namespace, BASELINE);
}
