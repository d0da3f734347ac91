import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApprovalRule } from '../../src/domain/approvals/rules.js';
import {
  orderSignals,
  orderUpdates,
  searchAttributes,
  stateQuery,
  type OrderDetails,
} from '../../src/workflows/contract.js';
import { FAILING, PASSING } from '../domain/model.js';
import { until } from '../harness/until.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench, type WorkflowBench } from '../harness/temporal/workflow-bench.js';

function rule(gate: ApprovalRule['gate'], more: Partial<ApprovalRule> = {}): ApprovalRule {
  return { gate, needed: 1, groups: [], notByTrigger: false, ...more };
}

function withRules(cluster: FakeCluster, ...rules: ApprovalRule[]): void {
  cluster.policy = { ...cluster.policy, approvals: { digest: JSON.stringify(rules), rules } };
}

async function waitsAt(bench: WorkflowBench, gate: string): Promise<void> {
  await until(async () => {
    const { typedSearchAttributes } = await bench.handle.describe();
    return typedSearchAttributes.get(searchAttributes.waiting) === gate;
  }, `CanaryWaiting is ${gate}`);
}

const approve = (bench: WorkflowBench, details: OrderDetails) =>
  bench.handle.executeUpdate(orderUpdates.approve, { args: [{ reason: 'seen', ...details }] });

async function refusal(giving: Promise<unknown>): Promise<string> {
  try {
    await giving;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? '';
    throw error;
  }
  return assert.fail('it was taken');
}

test('two people of a group open a gate; whoever triggered it and others can’t; a worker may go meanwhile', async (t) => {
  const cluster = new FakeCluster();
  withRules(cluster, rule('rollout', { needed: 2, groups: ['release-managers'], notByTrigger: true }));
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit({ kind: 'request', by: 'alice' });
  await waitsAt(bench, 'rollout');
  const groups = ['release-managers', 'system:authenticated'];
  assert.match(await refusal(approve(bench, { by: 'alice', groups })), /alice has triggered this release/);
  assert.match(
    await refusal(approve(bench, { by: 'eve', groups: ['dev'] })),
    /eve is in none of the groups .*release-managers/,
  );
  assert.match(await refusal(approve(bench, { by: 'mallory' })), /who mallory is has not been verified/);
  await approve(bench, { by: 'bob', groups });
  assert.match(await refusal(approve(bench, { by: 'bob', groups })), /bob has approved rollout already, 1 of 2/);
  await until(
    async () => (await bench.handle.query(stateQuery)).waitsFor === 'gate rollout: wait for approvals',
    'the wait',
  );

  const before = cluster.calls.length;
  await bench.stopWorkers();
  // A signal waits for the worker in Temporal; without verified groups it opens nothing.
  await bench.handle.signal(orderSignals.approve, { by: 'somebody' });
  await bench.start();
  await until(async () => {
    const { state } = await bench.handle.query(stateQuery);
    return state?.record.some((entry) => entry.what === 'order' && entry.by === 'somebody') === true;
  }, 'the signal');
  assert.equal(cluster.calls.length, before, 'waiting asks nothing of anybody');
  assert.equal(cluster.status.phase, 'Waiting');
  await approve(bench, { by: 'carol', groups });
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  const orders = outcome.record.flatMap((entry) => (entry.what === 'order' ? [entry] : []));
  assert.deepEqual(
    orders.map(({ by, reason, channel, refused }) => [by, reason, channel, refused === undefined]),
    [
      ['bob', 'seen', 'api', true],
      ['somebody', '', 'signal', false],
      ['carol', 'seen', 'api', true],
    ],
  );
});

test('an approval that nobody gives expires, after a restart of the worker too', async (t) => {
  const cluster = new FakeCluster();
  withRules(cluster, rule('rollout', { expires: { after: '3s', ms: 3000, into: 'reject' } }));
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await waitsAt(bench, 'rollout');
  await bench.stopWorkers();
  await bench.start();
  const outcome = await bench.handle.result();
  assert.deepEqual(outcome.ending, {
    kind: 'rejected',
    reason: 'Rolling back podinfo.test approval expired after 3s at the gate rollout',
  });
  assert.equal(outcome.revision?.hash, 'v2', 'it is known, so nobody releases it again');
  assert.equal(cluster.replicas, 0);
});

test('with traffic on the canary, checks go on at the gate: a bad one is rolled back, its pods kept for people', async (t) => {
  const cluster = new FakeCluster();
  withRules(cluster, rule('promotion'), rule('rollback'));
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await waitsAt(bench, 'promotion');
  assert.equal(cluster.weights.canary, 50);
  cluster.analysis = () => FAILING;
  await waitsAt(bench, 'rollback');
  assert.deepEqual([cluster.weights.canary, cluster.replicas], [0, 1]);
  await approve(bench, { by: 'alice', gate: 'rollback' });
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'rolled-back');
  assert.equal(cluster.replicas, 0);
});

test('a release that waits without a timer learns that its Canary demands less now', async (t) => {
  const cluster = new FakeCluster();
  cluster.analysis = () => PASSING;
  withRules(cluster, rule('rollout', { needed: 2 }));
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await waitsAt(bench, 'rollout');
  await approve(bench, { by: 'alice' });
  withRules(cluster, rule('rollout'));
  await bench.submit({ kind: 'spec', by: 'watch', generation: 1 });
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
});
