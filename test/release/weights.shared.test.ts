import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { orderUpdates } from '../../src/workflows/contract.js';
import { appCanary } from '../harness/release/objects.js';
import { once } from '../harness/release/traffic.js';
import { ReleaseScene } from '../harness/release/scene.js';

const REQUESTS = 1_000;
/** Two-sided quantile of the normal distribution for 99.9 %. */
const Z = 3.29;

test('at each weight the canary serves that share of the requests, within the binomial 99.9 % interval', async (t) => {
  const world = await ReleaseScene.open(t);
  await world.initialised(appCanary(world.app, {}, { metrics: [], interval: '600s', stepWeight: 10, maxWeight: 100 }));
  await world.setImage('lab/http-echo:2');
  await world.atWeight(10);
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  t.after(() => agent.destroy());
  for (const weight of [10, 20, 30, 40, 50, 99]) {
    if (weight > 10) await world.run.executeUpdate(orderUpdates.setWeight, { args: [{ weight, by: 'test' }] });
    await world.settled();
    const served = await count(agent, world);
    const expected = (REQUESTS * weight) / 100;
    const margin = Z * Math.sqrt((expected * (100 - weight)) / 100) + 0.5;
    assert.ok(
      Math.abs(served - expected) <= margin,
      `weight ${weight}: ${served} of ${REQUESTS}, allowed ${expected} ± ${margin.toFixed(1)}`,
    );
  }
});

async function count(agent: Agent, world: ReleaseScene): Promise<number> {
  let canary = 0;
  for (let sent = 0; sent < REQUESTS; sent += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => once(agent, world.lab.gatewayUrl, world.host)));
    for (const { status, version } of answers) {
      assert.equal(status, 200);
      if (version === '2') canary += 1;
    }
  }
  return canary;
}
