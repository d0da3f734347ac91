import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import axios from 'axios';
import { gateSignals } from '../../src/processes/gate-signals.js';
import { startLoadTester } from '../../src/loadtest/loadtester.js';
import type { DeliveryOutcome } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { Listener, notifyingCanary } from '../harness/release/listener.js';
import { appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

describe('whoever listens to a release', () => {
  test('hears it all when it comes back, although the release has long ended', async (t) => {
    const world = await ReleaseScene.open(t);
    const listener = await Listener.open(t);
    await world.initialised(await notifyingCanary(world, listener));
    await until(() => listener.events().some((event) => event.includes('Initialization done')), 'the initialisation');
    await listener.close();
    await world.setImage('lab/http-echo:2');
    await world.phase('Succeeded', 90_000);
    const { record } = await world.run.result();
    const left = record.filter((entry) => entry.what === 'undelivered');
    assert.deepEqual(left.map(({ to }) => to).sort(), ['alert chat', 'webhook bell']);
    await listener.listen();
    const { undelivered } = (await world.temporal.workflow
      .getHandle(left[0]?.handedTo ?? '')
      .result()) as DeliveryOutcome;
    assert.deepEqual(undelivered, []);
    assert.deepEqual(listener.events(), await world.events());
  });

  test('cannot hold up a rollback by not answering', async (t) => {
    const world = await ReleaseScene.open(t);
    const listener = await Listener.open(t);
    await world.initialised(await notifyingCanary(world, listener, { interval: '600s' }));
    listener.status = undefined;
    await world.setImage('lab/http-echo:2');
    await world.atWeight(25);
    const began = Date.now();
    await world.run.signal('abort', { by: 'carol' });
    await world.atWeight(0);
    assert.ok(Date.now() - began < 60_000, `${Date.now() - began} ms`);
    await world.phase('Failed');
  });
});

test('a gate that is opened in the load tester wakes the release that waits for it', async (t) => {
  const world = await ReleaseScene.open(t);
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const { address, namespace } = world.lab.temporal;
  const { onGate, close } = gateSignals(world.cluster, { address, namespace }, silent);
  const tester = await startLoadTester({ port: 0, log: silent, onGate });
  t.after(() => Promise.all([tester.close(), close()]));
  const gate = { name: 'ask', type: 'confirm-rollout', url: `${tester.url}/gate/check` };
  await world.initialised(appCanary(world.app, {}, { metrics: [], interval: '600s', webhooks: [gate] }));
  await world.setImage('lab/http-echo:2');
  await world.phase('Waiting');
  await axios.post(`${tester.url}/gate/open`, { name: world.name, namespace: world.namespace });
  await world.phase('Progressing', 10_000);
});
