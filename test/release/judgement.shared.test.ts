import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderUpdates } from '../../src/workflows/contract.js';
import { ASKING, asksPeople } from '../harness/release/asked.js';
import { analyses, judgedCanary } from '../harness/release/judged.js';
import { withStray } from '../harness/release/stray-endpoints.js';
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

test('not decided in time, people are asked: a refusal rolls back, an approval promotes', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(judgedCanary(world.app, ASKING));
  world.traffic(5);
  await world.setImage('lab/http-echo:2');
  await asksPeople(world);
  assert.equal(await world.weight(), 50);
  await world.run.executeUpdate(orderUpdates.reject, { args: [{ by: 'alice', reason: 'too little is known' }] });
  await world.phase('Failed');
  assert.equal(await world.weight(), 0);
  assert.equal(await world.image('shop-primary'), 'lab/http-echo:1');
  const refused = await analyses(world);
  assert.equal(refused.ending.kind, 'rejected');
  assert.equal(refused.judged.at(-1)?.verdict, 'WAIT', 'the evidence had not decided');

  await world.setImage('lab/http-echo:3');
  await asksPeople(world);
  await world.run.executeUpdate(orderUpdates.approve, { args: [{ by: 'alice', reason: 'good enough' }] });
  await world.phase('Succeeded');
  assert.equal(await world.image('shop-primary'), 'lab/http-echo:3');
  const events = (await world.events()).join('\n');
  assert.match(events, /by alice: too little is known/);
  assert.match(events, /by alice: good enough/);
});

test('requests go elsewhere than the weight says: they don’t count, which is said, until they go there again', async (t) => {
  const world = await ReleaseScene.open(t);
  const text = 'preset: balanced\nerrors: { floor: 2% }\nsettle: 1s\nsteps: prove';
  await world.initialised(judgedCanary(world.app, text, { interval: '4s' }));
  world.traffic(60);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  const end = await withStray(world);
  await until(
    async () => (await world.events()).some((e) => /requests don't count: .*the canary/.test(e)),
    'it says that the requests of a window don’t count',
  );
  assert.equal(await world.weight(), 25);
  await end();
  await world.phase('Succeeded');
  const { judged } = await analyses(world);
  assert.ok(judged.some(({ passedOver }) => passedOver === 'split'));
  assert.equal(judged.at(-1)?.verdict, 'PASS');
});
