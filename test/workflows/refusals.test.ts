import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { until } from '../harness/until.js';
import { openBench } from '../harness/temporal/workflow-bench.js';

const MESSAGE = 'ApisixRoute/podinfo is refused: not in this house';

function refusal(): ApplicationFailure {
  return ApplicationFailure.create({ type: 'Refused', message: MESSAGE, nonRetryable: true });
}

test('a refusal that can’t even be said is looked at again at the interval, not at once', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, progressDeadlineSeconds: 600 };
  let tries = 0;
  let refuses = false;
  cluster.onApply = (input) => {
    refuses ||= input.effects.some((effect) => effect.do === 'weights' && effect.canary > 25) && tries === 0;
    if (!refuses) return;
    tries += 1;
    // Whatever is written, the words about it included.
    if (tries > 6) refuses = false;
    throw refusal();
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  const began = Date.now();
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
  const interval = cluster.policy.intervalSeconds * 1_000;
  // Each time something is tried, and then its refusal is to be said once; later the same isn't said again.
  assert.ok(Date.now() - began >= 2 * interval, `${tries} tries in ${Date.now() - began} ms`);
});

test('a way back that is refused to a cancelled run is tried until somebody has mended it', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
  let refusals = 1;
  cluster.onRollBack = () => {
    if (refusals-- > 0) throw refusal();
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await bench.handle.cancel();
  await assert.rejects(bench.handle.result(), (error: WorkflowFailedError) => error.cause instanceof CancelledFailure);
  assert.deepEqual(cluster.weights, { primary: 100, canary: 0 });
  assert.equal(refusals, -1);
});
