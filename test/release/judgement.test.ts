import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASKING, asksPeople } from '../harness/release/asked.js';
import { analyses, assertCountedOnce, judgedCanary, judgedSoFar } from '../harness/release/judged.js';
import { until } from '../harness/until.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('a healthy canary is proven and promoted; each request counts once, though the worker dies in between', async (t) => {
  const world = await ReleaseScene.open(t);
  // A floor that a few hundred requests can prove.
  const serinus = await world.initialised(
    judgedCanary(world.app, 'preset: balanced\nerrors: { floor: 2% }\nsettle: 1s\nsplit: { tolerance: 60% }'),
  );
  const traffic = world.traffic(60);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await until(
    async () => traffic.heard('2') > 30 && (await judgedSoFar(world)).some(({ window }) => window),
    'the canary has served, and was judged',
  );
  await serinus.kill();
  await serinus.restart();
  await world.phase('Succeeded');
  const seen = await traffic.stop();
  const { ending, judged } = await analyses(world);
  assert.equal(ending.kind, 'promoted');
  assert.equal(seen.failed, 0, seen.failures.join(', '));
  assertCountedOnce(judged, traffic.heard('2'));
  const counted = judged.reduce((sum, { counts }) => sum + (counts?.['errors']?.canary.requests ?? 0), 0);
  assert.ok(counted > 100, `${counted} counted`);
  assert.equal(judged.at(-1)?.verdict, 'PASS');
});

test('people are asked, and the worker dies while they think: the answer is taken, and no request counts twice', async (t) => {
  const world = await ReleaseScene.open(t);
  const serinus = await world.initialised(judgedCanary(world.app, ASKING));
  const traffic = world.traffic(5);
  await world.setImage('lab/http-echo:2');
  await asksPeople(world);
  await serinus.kill();
  // Temporal keeps a signal while nobody is there to read it.
  await world.run.signal('approve', { by: 'carol', reason: 'good enough' });
  await serinus.restart();
  await world.phase('Succeeded');
  await traffic.stop();
  const { ending, judged } = await analyses(world);
  assert.equal(ending.kind, 'promoted');
  assert.equal(judged.at(-1)?.verdict, 'WAIT');
  assertCountedOnce(judged, traffic.heard('2'));
});
