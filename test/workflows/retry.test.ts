import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowUpdateFailedError } from '@temporalio/client';
import { TemporalSubmissions } from '../../src/temporal/submissions.js';
import type { rollout } from '../../src/workflows/rollout.js';
import {
  type OrderDetails,
  orderSignals,
  orderUpdates,
  taskQueueOf,
  workflowIdOf,
} from '../../src/workflows/contract.js';
import { V3 } from '../domain/model.js';
import { until } from '../harness/until.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench } from '../harness/temporal/workflow-bench.js';

/** A Canary whose last release was rolled back by its metrics, which are mended now. */
async function failed() {
  const cluster = new FakeCluster();
  cluster.analysis = () => ({ hooks: [], metrics: [{ metric: 'm', ok: false, message: 'Halt' }] });
  const bench = await (await openBench(cluster)).start();
  await bench.submit();
  const first = await bench.handle.result();
  assert.equal(first.ending.kind, 'rolled-back');
  cluster.analysis = () => ({ hooks: [], metrics: [] });
  const submissions = new TemporalSubmissions(bench.client, { leaseSeconds: 60, answerMs: 30_000 });
  const retry = (requestId: string) =>
    submissions.give(
      bench.canary,
      'retry',
      { by: 'alice', reason: 'mended', requestId, channel: 'api' },
      'test.podinfo.1',
    );
  return { cluster, bench, retry };
}

test('retry runs the revision again in a run of its own, which says whose retry it is', async (t) => {
  const { cluster, bench, retry } = await failed();
  t.after(() => bench.close());
  const calls = cluster.calls.length;
  const { receipt, runId } = await retry('r1');
  assert.equal(receipt?.taken, true);
  const outcome = await bench.client.workflow.getHandle<typeof rollout>(workflowIdOf(bench.canary), runId).result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.equal(outcome.revision?.hash, 'v2');
  assert.deepEqual([outcome.cause.kind, outcome.cause.by, outcome.cause.of], ['order', 'alice', 'test.podinfo.1']);
  assert.equal(cluster.calls.slice(calls).includes('scaleUp'), true);
  const again = await retry('r2');
  assert.match(again.receipt?.refused ?? '', /the newest release has not failed \(phase Succeeded\)/);
});

test('retry is refused where the target has changed; what it holds is released', async (t) => {
  const { cluster, bench, retry } = await failed();
  t.after(() => bench.close());
  cluster.target = V3;
  const { receipt } = await retry('r1');
  assert.match(receipt?.refused ?? '', /^can't retry: the target has changed since/);
  await until(() => cluster.primaryRuns.hash === 'v3' && cluster.status.phase === 'Succeeded', 'v3 promoted');
});

test('retry as a plain signal starts a run, with nothing but the workflow id', async (t) => {
  const { cluster, bench } = await failed();
  t.after(() => bench.close());
  await bench.client.workflow.signalWithStart<typeof rollout, [OrderDetails]>('rollout', {
    workflowId: workflowIdOf(bench.canary),
    taskQueue: taskQueueOf(bench.canary.cluster),
    args: [],
    signal: orderSignals.retry,
    signalArgs: [{ by: 'carol' }],
  });
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.equal(outcome.cause.by, 'somebody with access to Temporal');
  assert.ok(cluster.events.includes('Retrying podinfo.test revision v2 by carol'));
});

test('retry while a release is under way is refused at once; after its end it is handed on', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await assert.rejects(
    bench.handle.executeUpdate(orderUpdates.retry, { args: [{ by: 'bob' }] }),
    (error: WorkflowUpdateFailedError) => /a release is under way .*abort it first/.test(error.cause?.message ?? ''),
  );
  // Both are there before the workflow can do anything about the first.
  cluster.policy = { ...cluster.policy, intervalSeconds: 1 };
  let handed: Promise<unknown> | undefined;
  cluster.onRollBack = () => {
    handed = bench.handle.signal(orderSignals.retry, { by: 'bob', requestId: 'late' });
    return handed.then(() => undefined);
  };
  await bench.handle.executeUpdate(orderUpdates.abort, { args: [{ by: 'bob' }] });
  await handed;
  await until(() => cluster.primaryRuns.hash === 'v2' && cluster.status.phase === 'Succeeded', 'v2 promoted');
});
