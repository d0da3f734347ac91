import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderUpdates, stateQuery } from '../../src/workflows/contract.js';
import { lost } from '../harness/temporal/lost-task.js';

test('an order that comes meanwhile is taken after what was begun; the way back outranks whoever wakes up', async (t) => {
  let receipt: Promise<{ readonly taken: boolean }> | undefined;
  const loss = await lost(t, 1, ({ bench }) => {
    receipt = bench.handle.executeUpdate(orderUpdates.abort, { args: [{ by: 'alice' }] });
  });
  const { cluster, bench, wake } = loss;
  assert.equal((await receipt)?.taken, true);
  assert.equal((await bench.handle.result()).ending.kind, 'aborted');
  wake();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(cluster.weights, { primary: 100, canary: 0 }, 'nobody sends users there again');
  const { state } = await bench.handle.query(stateQuery);
  const weights = state?.record.flatMap((entry) => (entry.what === 'weight' ? [entry.canary] : []));
  assert.deepEqual(weights?.slice(0, 2), [25, 50], 'the record tells what users have met');
});
