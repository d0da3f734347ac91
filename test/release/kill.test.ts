import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../support/until.js';
import { APP, appCanary } from '../harness/release/objects.js';
import { World } from '../harness/release/world.js';

/** Nothing but time moves these releases: what counts is that they go on. */
const timed = (world: World, analysis: Record<string, unknown> = {}) =>
  appCanary(world.app, {}, { metrics: [], ...analysis });

/** The story that every release tells, however often its worker died. */
const STORY = [
  '[Normal] New revision detected! Scaling up shop.',
  '[Normal] Starting canary analysis for shop.',
  '[Normal] Advance shop. canary weight 25',
  '[Normal] Advance shop. canary weight 50',
  '[Normal] Copying shop. template spec to shop-primary.',
  '[Normal] Routing all traffic to primary',
  '[Normal] Promotion completed! Scaling down shop.',
];

async function story(world: World): Promise<string[]> {
  const events = await world.events();
  return events
    .map((event) => event.replaceAll(world.namespace, ''))
    .filter(
      (event) => !event.includes('not ready') && !event.includes('Initialization') && !event.includes('providers'),
    );
}

describe('a worker that is killed at any instant', () => {
  const points: readonly { readonly name: string; readonly at: (world: World) => Promise<void> }[] = [
    { name: 'when the canary is scaled up', at: (world) => world.phase('Progressing') },
    { name: 'at weight 25', at: (world) => world.atWeight(25) },
    {
      name: 'between two weights',
      at: async (world) => {
        await world.atWeight(25);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      },
    },
    { name: 'in the promotion', at: (world) => world.phase('Promoting') },
  ];
  for (const { name, at } of points) {
    test(`${name}: the release goes on at the right step`, async (t) => {
      const world = await World.open(t);
      const serinus = await world.initialised(timed(world));
      const traffic = world.traffic(20);
      await world.setImage('lab/http-echo:2');
      await at(world);
      await serinus.kill();
      await serinus.restart();
      await world.phase('Succeeded', 90_000);
      await world.run.result();
      assert.deepEqual(await story(world), STORY);
      assert.equal((await traffic.stop()).failed, 0);
      assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:2');
    });
  }

  test('while an approval is waited for: the approval is still taken', async (t) => {
    const world = await World.open(t);
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
  const world = await World.open(t);
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
  const world = await World.open(t);
  await world.initialised(timed(world));
  await world.serinus(['watch']);
  await world.serinus(['watch']);
  await world.setImage('lab/http-echo:2');
  await world.phase('Succeeded');
  await world.run.result();
  assert.deepEqual(await story(world), STORY);
});
