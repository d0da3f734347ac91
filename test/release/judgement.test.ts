import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateQuery } from '../../src/workflows/contract.js';
import { analyses, judgedCanary } from '../harness/release/judged.js';
import { until } from '../harness/until.js';
import { ReleaseScene } from '../harness/release/scene.js';

/** Whether the release that is under way has weighed any requests yet. */
async function hasJudged(world: ReleaseScene): Promise<boolean> {
  const { state } = await world.run.query(stateQuery);
  return (state?.record ?? []).some((entry) => entry.what === 'analysis' && entry.judged?.window !== undefined);
}

test('a healthy canary is proven and promoted; each request counts once, though the worker dies in between', async (t) => {
  const world = await ReleaseScene.open(t);
  // A floor that a few hundred requests can prove.
  const serinus = await world.initialised(
    judgedCanary(world.app, 'preset: balanced\nerrors: { floor: 2% }\nsettle: 1s\nsplit: { tolerance: 60% }'),
  );
  const traffic = world.traffic(60);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await until(async () => traffic.heard('2') > 30 && (await hasJudged(world)), 'the canary has served, and was judged');
  await serinus.kill();
  await serinus.restart();
  await world.phase('Succeeded');
  const seen = await traffic.stop();
  const { ending, judged } = await analyses(world);
  assert.equal(ending.kind, 'promoted');
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  const windows = judged.flatMap(({ window }) => window ?? []);
  assert.ok(windows.length >= 2, JSON.stringify(judged));
  for (const [i, { from }] of windows.entries()) {
    const before = windows[i - 1];
    assert.ok(!before || from >= before.to, `the window ${i} begins before the one before it ends`);
  }
  const counted = judged.reduce((sum, { counts }) => sum + (counts?.['errors']?.canary.requests ?? 0), 0);
  assert.ok(counted > 100 && counted <= traffic.heard('2'), `${counted} counted of ${traffic.heard('2')}`);
  assert.equal(judged.at(-1)?.verdict, 'PASS');
});
