import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../harness/until.js';
import { killedAt, STORY, story, timed } from '../harness/release/killed.js';
import { APP } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { receiver } from '../harness/http/receiver.js';

describe('a worker that is killed at any instant', () => {
  killedAt({ name: 'at weight 25', at: (world) => world.atWeight(25) });
  killedAt({ name: 'in the promotion', at: (world) => world.phase('Promoting') });

  test('in the middle of a look: what it has asked is asked again as the same, and the story is told once', async (t) => {
    const world = await ReleaseScene.open(t);
    let die: () => Promise<void> = () => Promise.resolve();
    const hook = await receiver(t, (response, nth) => {
      if (nth > 1) response.end();
      else void die();
    });
    const webhooks = [{ name: 'acceptance', type: 'rollout', url: hook.url }];
    const serinus = await world.initialised(timed(world, { webhooks }));
    die = async () => {
      await serinus.kill();
      await serinus.restart();
    };
    await world.setImage('lab/http-echo:2');
    await world.phase('Succeeded', 90_000);
    await world.run.result();
    assert.deepEqual(await story(world), STORY);
    const [first, again, next] = hook.received.map(({ headers }) => headers['idempotency-key']);
    assert.equal(again, first);
    assert.notEqual(next, first);
  });

  test('while an approval is waited for: the approval is still taken', async (t) => {
    const world = await ReleaseScene.open(t);
    const gate = { name: 'ask', type: 'confirm-promotion', url: 'http://127.0.0.1:9/gate/halt' };
    const serinus = await world.initialised(timed(world, { webhooks: [gate] }));
    await world.setImage('lab/http-echo:2');
    await world.phase('WaitingPromotion');
    await serinus.kill();
    // A signal is kept by the server while nobody is there to read it.
    await world.run.signal('approve', { by: 'carol', reason: 'while you were out' });
    await serinus.restart();
    await world.phase('Succeeded', 90_000);
    const events = await world.events();
    assert.ok(
      events.some((event) => event.includes('confirm-promotion by carol: while you were out')),
      events.join('\n'),
    );
  });
});

test('the watch process is killed: a change made meanwhile is released when it comes back', async (t) => {
  const world = await ReleaseScene.open(t);
  const everything = await world.initialised(timed(world), ['--janitor-seconds', '3600']);
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  await everything.kill();
  await world.serinus(['worker', '--janitor-seconds', '3600']);
  await world.setImage('lab/http-echo:3');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal((await world.canary()).phase, 'Succeeded', 'nobody has seen it yet');
  await world.serinus(['watch']);
  await until(async () => (await world.image(`${APP}-primary`)) === 'lab/http-echo:3', 'version 3 is promoted', 60_000);
});

test('two watch processes at once make one release of one change', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(timed(world));
  await world.serinus(['watch']);
  await world.serinus(['watch']);
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  await world.run.result();
  assert.deepEqual(await story(world), STORY);
});
