import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Orders } from '../../src/api/orders/give.js';
import { Runs } from '../../src/api/releases/runs.js';
import type { OrderName } from '../../src/domain/orders/catalogue.js';
import { searchAttributes, workflowIdOf } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { TemporalSubmissions } from '../../src/temporal/submissions.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench } from '../harness/temporal/workflow-bench.js';

test('a release that continues in new runs is one: by any of its ids, for orders, and in the history', async (t) => {
  const bench = await openBench(
    new FakeCluster(),
    fileURLToPath(new URL('../harness/api/long-release.ts', import.meta.url)),
  );
  await bench.start();
  t.after(() => bench.close());
  const { canary, client } = bench;
  const runs = new Runs(client, { readMs: 3_000, workerMs: 3_000 });
  const orders = new Orders(client, runs, new TemporalSubmissions(client, { leaseSeconds: 60 }));
  const start = client.workflow.start('rollout', {
    workflowId: workflowIdOf(canary),
    taskQueue: `serinus-${canary.cluster}`,
    args: [{ canary, cause: { id: 'x', kind: 'target', by: 'test' }, leaseSeconds: 60 }],
    typedSearchAttributes: [
      { key: searchAttributes.cluster, value: canary.cluster },
      { key: searchAttributes.namespace, value: canary.namespace },
      { key: searchAttributes.name, value: canary.name },
    ],
  });
  const first = { canary, runId: (await start).firstExecutionRunId };
  const give = (order: OrderName, release = first) =>
    orders.give(release, { order, details: { by: 'test', requestId: randomUUID() } });

  await give('pause');
  await until(async () => (await runs.find(first))?.runId !== first.runId, 'the second run');
  const second = await runs.find(first);
  await give('pause', first);
  await until(async () => (await runs.find(first))?.runId !== second?.runId, 'the third run');
  const third = await runs.find(first);
  assert.ok(third && second);
  assert.equal((await runs.find({ canary, runId: second.runId }))?.runId, third.runId);
  const view = await runs.view(third);
  assert.ok('waitsFor' in view);
  assert.equal(view.waitsFor, `run ${third.runId}`);

  await give('resume', first);
  await until(async () => (await runs.latest(canary))?.runId !== third.runId, 'the run of the next release');
  const done = await runs.find(first);
  assert.deepEqual([done?.runId, done?.outcome], [third.runId, 'promoted'], 'the next release is another');
  await assert.rejects(give('abort', first), /has ended: promoted/);
  await until(async () => (await runs.latest(canary))?.outcome === undefined, 'the next release has begun');
  const next = await runs.latest(canary);
  assert.ok(next?.status === 'running');
  await until(async () => {
    const page = await runs.history(canary, { limit: 10, pageToken: undefined, all: false });
    return page.runs.map(({ runId }) => runId).join() === [next.runId, third.runId].join();
  }, 'two releases in the history');
  await orders.give({ canary, runId: next.runId }, { order: 'abort', details: { by: 'test', requestId: 'a' } });
});
