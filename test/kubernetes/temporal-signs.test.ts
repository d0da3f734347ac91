import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { temporalClient } from '../../src/temporal/connection.js';
import { temporalSigns, waitingTasks } from '../../src/watch/temporal-signs.js';
import { ROLLOUT, taskQueueOf, workflowIdOf } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { temporalAddress } from '../harness/temporal/workflow-bench.js';

test('what a real Temporal says of its queue, of a run, and of one that isn’t there', async (t) => {
  const { client, connection } = temporalClient({ address: temporalAddress() });
  const cleanups: (() => Promise<unknown>)[] = [() => connection.close()];
  t.after(async () => {
    for (const cleanup of cleanups) await cleanup();
  });
  const cluster = `none-${randomUUID()}`;
  const signs = temporalSigns(client, cluster, () => connection.isReady);
  assert.equal(await signs.ask(), '', 'nobody has asked that queue for work');
  assert.equal(signs.isConnected(), true);
  const canary = { cluster, namespace: 'none', name: 'shop' };
  assert.deepEqual(await signs.run(canary), { open: false, attempt: 0 });
  // No worker listens there.
  const start = { workflowId: workflowIdOf(canary), taskQueue: taskQueueOf(cluster), args: [] };
  const handle = await client.workflow.start(ROLLOUT, start);
  cleanups.unshift(() => handle.terminate());
  const run = await signs.run(canary);
  assert.equal(run?.open, true);
  assert.ok(run.attempt < 3, 'a task that nobody has taken has not failed');
  await until(async () => (await waitingTasks(client, cluster)).workflow.count === 1, 'its task is seen to wait');
});

test('a Temporal that isn’t there is no connection', (t) => {
  const { client, connection } = temporalClient({ address: '127.0.0.1:9' });
  t.after(() => connection.close());
  const signs = temporalSigns(client, 'c', () => connection.isReady);
  assert.equal(signs.isConnected(), false);
});
