import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderUpdates } from '../../src/workflows/contract.js';
import { assertToldOnce, courseOf, lost } from '../harness/temporal/lost-task.js';
import { until } from '../harness/until.js';

for (const at of [1, 'after'] as const) {
  test(`a worker that dies in a step has begun it: the next one finishes it, whatever it would decide now (${at})`, async (t) => {
    const loss = await lost(t, at, ({ cluster }) => {
      // Whoever looked again would not go on.
      cluster.canaryReady = false;
    });
    await until(() => loss.cluster.status.weight === 50, 'the step is finished');
    loss.cluster.canaryReady = true;
    assert.equal((await loss.bench.handle.result()).ending.kind, 'promoted');
    assert.deepEqual(courseOf(loss.cluster), [25, 50, 0]);
    await assertToldOnce(loss);
  });
}

test('what was decided and not kept is decided anew, and begun by nobody who wakes up later', async (t) => {
  const { cluster, bench, wake } = await lost(t, 'before', ({ cluster: { policy } }) => {
    // Nothing is written meanwhile by which somebody could tell that others are at work.
    Object.assign(policy, { intervalSeconds: 3 });
  });
  const looks = (): number => cluster.calls.filter((call) => call === 'observe').length;
  const before = looks();
  await until(() => looks() > before, 'another has looked');
  wake();
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
  assert.deepEqual(courseOf(cluster), [25, 50, 0]);
  await assertToldOnce({ cluster, bench, wake });
});

test('an order that writes finishes first what was begun', async (t) => {
  let receipt: Promise<{ readonly taken: boolean }> | undefined;
  const loss = await lost(t, 1, ({ bench }) => {
    receipt = bench.handle.executeUpdate(orderUpdates.pause, { args: [{ by: 'alice' }] });
  });
  const { cluster, bench, wake } = loss;
  assert.equal((await receipt)?.taken, true);
  wake();
  await until(() => cluster.status.weight === 50, 'the step is finished');
  const paused = cluster.events.filter((message) => message.includes('alice'));
  assert.equal(paused.length, 1, cluster.events.join('\n'));
  await bench.handle.executeUpdate(orderUpdates.resume, { args: [{ by: 'bob' }] });
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
  assert.deepEqual(courseOf(cluster), [25, 50, 0]);
  await assertToldOnce(loss);
});
