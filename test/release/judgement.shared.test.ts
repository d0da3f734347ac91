import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyses, judgedCanary } from '../harness/release/judged.js';
import { until } from '../harness/until.js';
import { ReleaseScene } from '../harness/release/scene.js';

test('a canary that fails more often than the primary is rolled back by the evidence, on real traffic', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(judgedCanary(world.app, 'preset: balanced\ntripwire: { requests: 1000 }\nsettle: 1s'));
  world.traffic(60);
  await world.setImage('lab/http-echo:2-errors');
  await world.phase('Failed');
  assert.equal(await world.weight(), 0);
  const { ending, judged } = await analyses(world);
  assert.equal(ending.kind, 'rolled-back');
  const events = await world.events();
  const said = events.find((event) => event.includes('Rolling back'));
  assert.match(
    said ?? '',
    /errors: the canary is bad (at least )?[\d.]+ times as often as the primary.*, limit 1\.25/,
    events.join('\n'),
  );
  const last = judged.at(-1);
  assert.equal(last?.verdict, 'FAIL');
  assert.ok((last.counts?.['errors']?.canary.bad ?? 0) > 0, JSON.stringify(last));
});

test('without requests nothing is proven and nobody rolled back: the release waits, and says so', async (t) => {
  const world = await ReleaseScene.open(t);
  const text = 'preset: quick\nsettle: 1s\nwait: { for: 10m, then: hold }';
  await world.initialised(judgedCanary(world.app, text, { threshold: 100 }));
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await until(
    async () => (await world.events()).some((e) => e.includes('waiting for evidence at weight 25')),
    'it says so',
  );
  assert.equal((await world.canary()).phase, 'Progressing');
  const traffic = world.traffic(60);
  await world.phase('Succeeded');
  assert.equal((await traffic.stop()).failed, 0);
});
