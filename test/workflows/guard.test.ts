import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { until } from '../harness/until.js';
import { openBench } from '../harness/temporal/workflow-bench.js';

test('a TypeError in the workflow rolls back instead of leaving traffic shifted for ever', async (t) => {
  const cluster = new FakeCluster();
  const bench = await (
    await openBench(cluster, fileURLToPath(new URL('../harness/temporal/broken.ts', import.meta.url)))
  ).start();
  t.after(() => bench.close());
  await bench.submit();
  await assert.rejects(bench.handle.result(), (error: WorkflowFailedError) => {
    assert.ok(error.cause instanceof ApplicationFailure);
    assert.equal(error.cause.type, 'RolledBack');
    assert.match(error.cause.message, /TypeError/);
    return true;
  });
  assert.deepEqual(cluster.weightsSeen, [25, 0]);
  assert.equal(cluster.status.phase, 'Failed');
  assert.equal(cluster.replicas, 0);
});

test('a cancelled workflow rolls back and closes as cancelled', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await bench.handle.cancel();
  await assert.rejects(bench.handle.result(), (error: WorkflowFailedError) => error.cause instanceof CancelledFailure);
  assert.deepEqual(cluster.weights, { primary: 100, canary: 0 });
  assert.equal(cluster.status.phase, 'Failed');
});

test('a cancel while a slow read is under way rolls back as well', async (t) => {
  const cluster = new FakeCluster();
  let asked = false;
  cluster.analysis = async () => {
    asked = true;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return { hooks: [], metrics: [] };
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => asked, 'the analysis is asked');
  await bench.handle.cancel();
  await assert.rejects(bench.handle.result(), (error: WorkflowFailedError) => error.cause instanceof CancelledFailure);
  assert.deepEqual(cluster.weights, { primary: 100, canary: 0 });
});

test('a rollback that fails is tried until it works', async (t) => {
  const cluster = new FakeCluster();
  let failures = 4;
  cluster.onRollBack = () => {
    if (failures-- > 0) throw new Error('the API server is down');
  };
  cluster.analysis = () => ({ hooks: [], metrics: [{ metric: 'm', ok: false, message: 'Halt' }] });
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'rolled-back');
  assert.equal(failures, -1);
});

test('a write towards more exposure that keeps failing holds the release; traffic stays where it was', async (t) => {
  const cluster = new FakeCluster();
  let broken = true;
  cluster.onApply = (input) => {
    const raises = input.effects.some((effect) => effect.do === 'weights' && effect.canary > 25);
    if (raises && broken)
      throw ApplicationFailure.create({ type: 'UserError', message: 'no such route', nonRetryable: true });
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.events.includes('no such route'), 'the failure is said');
  assert.equal(cluster.weights.canary, 25);
  broken = false;
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
});

test('a write that nobody mends is tried once an interval, and its release rolled back at the deadline', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, progressDeadlineSeconds: 2 };
  let tries = 0;
  cluster.onApply = (input) => {
    if (!input.effects.some((effect) => effect.do === 'weights' && effect.canary > 25)) return;
    tries += 1;
    throw ApplicationFailure.create({ type: 'UserError', message: 'no such route', nonRetryable: true });
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  const { ending } = await bench.handle.result();
  assert.deepEqual(ending, {
    kind: 'rolled-back',
    reason: 'Rolling back podinfo.test progress deadline exceeded no such route',
  });
  assert.deepEqual(cluster.weightsSeen, [25, 0]);
  assert.ok(tries <= 4, `${tries} tries`);
});
