import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, SERVICES, type KubeObject } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { orderUpdates, stateQuery } from '../../src/workflows/contract.js';
import { analyses, judgedCanary } from '../harness/release/judged.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { until } from '../harness/until.js';

const NAME = 'shop-baseline';

test('a canary is compared with a fresh baseline that gets as many requests, and of which nothing stays', async (t) => {
  const world = await ReleaseScene.open(t);
  const text = 'preset: quick\nbaseline: fresh\nerrors: { floor: 5% }\nsettle: 1s\nsplit: { tolerance: 60% }';
  await world.initialised(judgedCanary(world.app, text, { stepWeight: 20, maxWeight: 40 }));
  const traffic = world.traffic(80);

  await world.setImage('lab/http-echo:2');
  await world.atWeight(20);
  assert.deepEqual(await backends(world), { 'shop-primary': 60, 'shop-canary': 20, [NAME]: 20 });
  const made = await baseline(world);
  assert.deepEqual(
    [made?.metadata.ownerReferences?.[0]?.kind, await world.image(NAME), await world.replicas(NAME)],
    ['Canary', 'lab/http-echo:1', await world.replicas('shop')],
  );
  await world.kube.delete(DEPLOYMENTS, world.namespace, NAME);
  await until(async () => {
    const now = await baseline(world);
    return now !== undefined && now.metadata.uid !== made?.metadata.uid && (await world.available(NAME)) > 0;
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
  return world.kube.get(DEPLOYMENTS, world.namespace, NAME);
}

async function backends(world: ReleaseScene): Promise<Readonly<Record<string, number>>> {
  const route = await world.kube.get(APISIX_ROUTES, world.namespace, 'shop-shop-canary');
  const spec = route?.['spec'] as { http: { backends: { serviceName: string; weight: number }[] }[] } | undefined;
  return Object.fromEntries((spec?.http[0]?.backends ?? []).map(({ serviceName, weight }) => [serviceName, weight]));
}

/** What there is of a baseline. */
async function leftOf(world: ReleaseScene): Promise<string> {
  const lists = await Promise.all(
    [DEPLOYMENTS, SERVICES].map((type) => world.kube.list(type, { namespace: world.namespace })),
  );
  const names = lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const routed = Object.keys(await backends(world));
  return [...names, ...routed].filter((name) => name.includes('baseline')).join(', ');
}
