import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Context } from '@temporalio/activity';
import type { LoadTestSummary } from '../../src/domain/record/record.js';
import { until } from '../harness/until.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench } from '../harness/temporal/workflow-bench.js';

const RESULT: LoadTestSummary = {
  name: 'load',
  requests: 1200,
  failed: 3,
  requestsPerSecond: 20,
  codes: { 200: 1197, 500: 3 },
  p50: 4,
  p99: 31,
};

/** A release that carries out the load test of its webhook `load` itself. */
function releaseUnderLoad(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, loadTests: ['load'] };
  return cluster;
}

test('what a load test found is in the release’s record, once each time it ran', async (t) => {
  const cluster = releaseUnderLoad();
  const asked: unknown[] = [];
  cluster.loadTest = (input) => {
    asked.push(input);
    return Promise.resolve(RESULT);
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  const results = outcome.record.flatMap((entry) => (entry.what === 'load-test' ? [entry.result] : []));
  assert.ok(results.length > 0);
  assert.equal(results.length, asked.length, 'every run of it, once');
  for (const result of results) assert.deepEqual(result, RESULT);
  assert.deepEqual(asked[0], { canary: bench.canary, hook: 'load' });
});

test('a load test runs with the analysis: from the first traffic to the end, and its last part counts', async (t) => {
  const cluster = releaseUnderLoad();
  const seen: string[] = [];
  cluster.loadTest = async () => {
    seen.push(`begins at ${cluster.weights.canary}`);
    const context = Context.current();
    // A cancel comes with the answer to a heartbeat.
    const beat = setInterval(() => context.heartbeat(), 100);
    await context.cancelled.catch(() => clearInterval(beat));
    seen.push(`ends in ${cluster.status.phase}`);
    return RESULT;
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.deepEqual(seen, ['begins at 25', 'ends in Succeeded']);
  assert.equal(outcome.record.filter((entry) => entry.what === 'load-test').length, 1);
});

test('a load test that can’t be carried out keeps no release from its end', async (t) => {
  const cluster = releaseUnderLoad();
  let asked = 0;
  cluster.loadTest = () => {
    asked += 1;
    return Promise.reject(Object.assign(new Error('no such webhook'), { name: 'UserError' }));
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => asked > 0, 'the load test is asked for');
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.equal(outcome.record.filter((entry) => entry.what === 'load-test').length, 0);
});
