import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { TemporalSubmissions } from '../../src/temporal/submissions.js';
import type { rollout } from '../../src/workflows/rollout.js';
import { orderSignals, taskQueueOf, workflowIdOf, type OrderDetails } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench } from '../harness/temporal/workflow-bench.js';

/** A Canary whose revision v2 has been promoted in place of v1. */
async function promoted(t: TestContext, warm: boolean) {
  const cluster = new FakeCluster();
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
  cluster.weightsSeen = [];
  cluster.warm = warm;
  const submissions = new TemporalSubmissions(bench.client, { leaseSeconds: 60, answerMs: 30_000 });
  const undo = (requestId: string) =>
    submissions.give(bench.canary, 'undo', { by: 'alice', reason: 'broken', requestId, channel: 'api' }, 'release');
  return { cluster, bench, undo };
}

test('undo brings the former version back, by warm pods first, and says so in its record', async (t) => {
  const { cluster, bench, undo } = await promoted(t, true);
  const { receipt } = await undo('u1');
  assert.equal(receipt?.taken, true);
  const outcome = await bench.handle.result();
  assert.deepEqual([outcome.ending.kind, outcome.phase, outcome.promoted], ['undone', 'Failed', 'v1']);
  assert.deepEqual([cluster.primaryRuns.hash, cluster.status.applied?.hash], ['v1', 'v2']);
  assert.deepEqual(cluster.weightsSeen, [100, 0]);
  const order = outcome.record.find(({ what }) => what === 'order');
  assert.deepEqual(order?.what === 'order' && [order.order, order.by, order.requestId, order.of], [
    'undo',
    'alice',
    'u1',
    'release',
  ]);
  const again = await undo('u2');
  assert.match(again.receipt?.refused ?? '', /has been undone already/);
});

test('undo as a signal of somebody with access to Temporal, with signal-with-start', async (t) => {
  const { cluster, bench } = await promoted(t, false);
  await bench.client.workflow.signalWithStart<typeof rollout, [OrderDetails]>('rollout', {
    workflowId: workflowIdOf(bench.canary),
    taskQueue: taskQueueOf(bench.canary.cluster),
    args: [],
    signal: orderSignals.undo,
    signalArgs: [{ by: 'carol', reason: 'checkout' }],
  });
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.reason, 'Promotion undone! podinfo.test by carol: checkout');
  assert.equal(cluster.primaryRuns.hash, 'v1');
});

test('an undo whose workflow is cancelled, or whose worker goes, ends on the former version', async (t) => {
  const { cluster, bench, undo } = await promoted(t, true);
  let hold: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (hold = resolve));
  let restoring = false;
  cluster.onApply = async (input) => {
    if (!input.effects.some((effect) => effect.do === 'restore') || restoring) return;
    restoring = true;
    await held;
  };
  await undo('u1');
  await until(() => restoring, 'the undo is in its middle');
  await bench.handle.cancel();
  hold?.();
  await until(() => cluster.status.phase === 'Failed', 'phase Failed');
  assert.deepEqual([cluster.primaryRuns.hash, cluster.weights.canary], ['v1', 0]);
});
