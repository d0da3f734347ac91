import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import {
  ORDER_REFUSED,
  orderSignals,
  orderUpdates,
  searchAttributes,
  stateQuery,
} from '../../src/workflows/contract.js';
import { V3 } from '../domain/model.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { until } from '../harness/until.js';
import { openBench } from '../harness/temporal/workflow-bench.js';

test('a release is promoted, and its run shows the story', async (t) => {
  const cluster = new FakeCluster();
  // A write takes its time, and what is looked at must not begin before it.
  cluster.onApply = () => sleep(200);
  const { observe } = cluster;
  const early: number[] = [];
  cluster.observe = (input) => {
    const { begun, weightSince } = input.standing;
    if (begun && weightSince < cluster.routedAt - 20) early.push(cluster.routedAt - weightSince);
    return observe(input);
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const answer = await bench.submit({ revision: 'v2' });
  assert.equal(answer.verdict, 'started');
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.deepEqual(cluster.weightsSeen, [25, 50, 0]);
  assert.deepEqual(early, []);
  assert.equal(cluster.status.phase, 'Succeeded');
  assert.equal(cluster.holder, '', 'the lease is released');
  const view = await bench.handle.query(stateQuery);
  assert.equal(view.ended, true);
  const { typedSearchAttributes } = await bench.handle.describe();
  assert.equal(typedSearchAttributes.get(searchAttributes.outcome), 'promoted');
  assert.equal(typedSearchAttributes.get(searchAttributes.phase), 'Succeeded');
});

test('an abort takes effect at once, in the middle of an interval', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  const began = Date.now();
  const receipt = await bench.handle.executeUpdate(orderUpdates.abort, { args: [{ by: 'alice', reason: 'smells' }] });
  assert.equal(receipt.taken, true);
  assert.ok(Date.now() - began < 60_000, `it took ${Date.now() - began} ms`);
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'aborted');
  assert.deepEqual(cluster.weights, { primary: 100, canary: 0 });
  assert.ok(cluster.events.includes('Rolling back podinfo.test aborted by alice: smells'));
});

test('the same submission twice is one, and a newer revision restarts the analysis', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 3 };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const [first, second] = await Promise.all([bench.submit({ id: 'same' }), bench.submit({ id: 'same' })]);
  assert.equal(first.runId, second.runId);
  await until(() => cluster.weights.canary === 25, 'weight 25');
  cluster.target = V3;
  const answer = await bench.submit({ revision: 'v3' });
  assert.equal(answer.verdict, 'restarts');
  assert.equal(answer.runId, first.runId);
  await until(() => cluster.events.includes('New revision detected! Restarting analysis for podinfo.test'), 'restart');
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.deepEqual(cluster.weightsSeen, [25, 0, 25, 50, 0]);
  assert.equal(cluster.primaryRuns.hash, 'v3');
});

test('a change that comes while the run closes gets a run of its own', async (t) => {
  const cluster = new FakeCluster();
  let late: Promise<unknown> | undefined;
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  cluster.onApply = async (input) => {
    if (input.lease.kind !== 'released' || late) return;
    late = bench.submit({ revision: 'v3' });
    cluster.target = V3;
    await new Promise((resolve) => setTimeout(resolve, 300));
  };
  await bench.submit({ revision: 'v2' });
  await until(() => cluster.primaryRuns.hash === 'v3' && cluster.status.phase === 'Succeeded', 'v3 promoted');
  await late;
  assert.deepEqual(cluster.weightsSeen, [25, 50, 0, 25, 50, 0]);
});

test('orders: pause holds, resume goes on, each id is taken once, refusals say why', async (t) => {
  const cluster = new FakeCluster();
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await assert.rejects(
    bench.handle.executeUpdate(orderUpdates.resume, { args: [{ by: 'bob' }] }),
    (error: WorkflowUpdateFailedError) => {
      assert.equal((error.cause as ApplicationFailure).type, ORDER_REFUSED);
      assert.match(error.cause?.message ?? '', /can't resume: it isn't paused/);
      return true;
    },
  );
  await bench.handle.executeUpdate(orderUpdates.pause, { args: [{ by: 'bob', reason: 'lunch', requestId: 'p1' }] });
  await bench.handle.signal(orderSignals.pause, { by: 'bob', requestId: 'p1' });
  const calls = cluster.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assert.equal(cluster.weights.canary, 25);
  assert.equal(cluster.calls.length, calls, 'a pause asks nothing of anybody');
  await bench.handle.signal(orderSignals.resume.name);
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  const orders = outcome.record.filter((entry) => entry.what === 'order');
  assert.deepEqual(
    orders.map((o) => [o.order, o.by, o.channel]),
    [
      ['pause', 'bob', 'api'],
      ['resume', 'somebody with access to Temporal', 'signal'],
    ],
  );
});

test('a gate waits for an approval, whether by update or by signal', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, hooks: { 'confirm-rollout': ['ask'], 'confirm-promotion': ['ask'] } };
  cluster.gates = () => ({ results: [{ hook: 'ask', ok: false }] });
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.status.phase === 'Waiting', 'Waiting');
  await bench.handle.signal(orderSignals.approve, { by: 'carol' });
  await until(() => cluster.status.phase === 'WaitingPromotion', 'WaitingPromotion');
  await bench.handle.executeUpdate(orderUpdates.approve, {
    args: [{ by: 'carol', reason: 'fine', gate: 'confirm-promotion' }],
  });
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.ok(cluster.events.includes('Approved podinfo.test confirm-promotion by carol: fine'));
});

test('setWeight and promote: the release goes on from the weight that was set', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = {
    ...cluster.policy,
    intervalSeconds: 60,
    strategy: { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 },
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 10, 'weight 10');
  await assert.rejects(bench.handle.executeUpdate(orderUpdates.setWeight, { args: [{ weight: 80 }] }));
  await bench.handle.executeUpdate(orderUpdates.setWeight, { args: [{ weight: 35, by: 'dave' }] });
  assert.equal(cluster.weights.canary, 35);
  await bench.handle.executeUpdate(orderUpdates.promote, { args: [{ by: 'dave', reason: 'hotfix' }] });
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.deepEqual(cluster.weightsSeen, [10, 35, 0]);
});

test('a Canary that does not exist ends the run at once', async (t) => {
  const cluster = new FakeCluster();
  cluster.gone = true;
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  assert.equal((await bench.handle.result()).ending.kind, 'gone');
});

test('a worker that goes and comes back takes the release up where it stands', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 2 };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await bench.stopWorkers();
  await bench.start();
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.deepEqual(cluster.weightsSeen, [25, 50, 0]);
});

test('a long history continues as new with nothing lost', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = {
    ...cluster.policy,
    intervalSeconds: 600,
    strategy: { kind: 'canary', stepWeight: 1, maxWeight: 100, stepWeightPromotion: 0 },
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { runId } = await bench.submit();
  await until(() => cluster.weights.canary === 1, 'weight 1');
  // Each pair writes an activity into the history; some 350 of them make the server suggest a new one.
  for (let i = 0; i < 600; i += 1) {
    await bench.handle.executeUpdate(orderUpdates.setWeight, {
      args: [{ weight: 2 + (i % 50), by: 'eve', requestId: `w${i}` }],
    });
    const { runId: now } = await bench.handle.describe();
    if (now !== runId) break;
  }
  const description = await bench.handle.describe();
  assert.notEqual(description.runId, runId, 'it has continued as new');
  assert.deepEqual(description.memo?.['canary'], undefined);
  const view = await bench.handle.query(stateQuery);
  assert.equal(view.state?.weight, cluster.weights.canary);
  assert.equal(view.state?.epoch, 1, 'it still holds the same lease');
  await bench.handle.executeUpdate(orderUpdates.abort, { args: [{ by: 'eve' }] });
  assert.equal((await bench.handle.result()).ending.kind, 'aborted');
});
