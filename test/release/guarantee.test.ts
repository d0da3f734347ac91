import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLab } from '../../lab/lab.js';
import { applyYaml } from '../../lab/manifests.js';
import { crdYaml } from '../../src/crds/manifests.js';
import { until } from '../harness/until.js';
import { appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

// Each layer that brings traffic home, shown by provoking it. The guard against bugs and cancels is in
// test/workflows/guard.test.ts, because a bug has to be put in for it.

const slow = (world: ReleaseScene) => appCanary(world.app, {}, { metrics: [], interval: '600s' });

async function isHome(world: ReleaseScene): Promise<void> {
  // The switch counts only the time for which it gets a processor itself.
  await world.phase('Failed', 120_000);
  assert.equal(await world.weight(), 0);
  await until(async () => (await world.replicas('shop')) === 0, 'the canary is scaled to zero');
}

test('a terminated workflow: the janitor has its release rolled back', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(slow(world), ['--janitor-seconds', '1', '--lease-seconds', '6']);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await world.run.terminate('by accident');
  await isHome(world);
  const events = await world.events();
  assert.ok(
    events.some((event) => event.includes('its workflow ended without finishing')),
    events.join('\n'),
  );
});

test('a cancelled workflow rolls back on the real cluster', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(slow(world));
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  await world.run.cancel();
  await isHome(world);
});

test('a worker that freezes and wakes late can not move traffic after a rollback', async (t) => {
  const world = await ReleaseScene.open(t);
  const frozen = await world.initialised(appCanary(world.app, {}, { metrics: [], interval: '3s' }), [
    '--lease-seconds',
    '6',
  ]);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  frozen.signal('SIGSTOP');
  // Somebody else looks after the release: its watch process sees that nobody has renewed the lease.
  await world.serinus(['watch', '--lease-seconds', '6']);
  await isHome(world);
  frozen.signal('SIGCONT');
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  assert.equal(await world.weight(), 0, 'the woken worker has not moved traffic');
  assert.equal((await world.canary()).phase, 'Failed');
});

test('Temporal stopped with the canary at weight 25: the dead-man’s switch rolls back, and the release ends when Temporal is back', async (t) => {
  const lab = await startLab();
  await applyYaml(lab, crdYaml());
  const world = await ReleaseScene.open(t, { lab });
  t.after(() => lab.stop());
  await world.initialised(appCanary(world.app, {}, { metrics: [], interval: '3s' }), ['--lease-seconds', '6']);
  const traffic = world.traffic(20);
  await world.setImage('lab/http-echo:2');
  await world.atWeight(25);
  const stopped = Date.now();
  await lab.server('temporal').stop('SIGKILL');
  await isHome(world);
  const took = (Date.now() - stopped) / 1000;
  // Three intervals of tolerance, and twice what lies between two looks; on a busy machine three times that.
  assert.ok(took < 120, `traffic was off the canary after ${took} s`);
  const events = await world.events();
  assert.ok(
    events.some((event) => event.includes('Temporal cannot be reached')),
    events.join('\n'),
  );
  await lab.server('temporal').start();
  await until(async () => (await world.run.describe()).status.name !== 'RUNNING', 'the run has ended', 60_000);
  assert.equal(await world.weight(), 0);
  assert.equal((await world.canary()).phase, 'Failed');
  assert.equal((await traffic.stop()).failed, 0);
  // And the next release works.
  await world.setImage('lab/http-echo:3');
  await world.phase('Succeeded', 90_000);
});
