import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../harness/until.js';
import { APP } from '../harness/release/objects.js';
import { promotedWithWarmPods, undo } from '../harness/release/undo.js';

test('an undo whose worker is killed in the middle ends on the old version', async (t) => {
  const { world, serinus } = await promotedWithWarmPods(t);
  const traffic = world.traffic(20);
  await undo(world);
  await world.atWeight(100, 30_000);
  await serinus.kill();
  await serinus.restart();
  await world.phase('Failed', 90_000);
  assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:1');
  assert.equal(await world.weight(), 0);
  traffic.reset();
  await until(() => traffic.heard('1') > 20, 'users meet version 1');
  const seen = await traffic.stop();
  assert.deepEqual([seen.failed, [...seen.versions.keys()]], [0, ['1']]);
});
