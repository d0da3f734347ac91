import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judged } from '../../src/domain/decision/judged.js';
import { releaseIdOf } from '../../src/domain/identity.js';
import type { OverseeInput } from '../../src/workflows/activities.js';
import { aftercareIdOf, aftercareQuery } from '../../src/workflows/contract.js';
import type { aftercare } from '../../src/workflows/aftercare.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench, type WorkflowBench } from '../harness/temporal/workflow-bench.js';
import { until } from '../harness/until.js';

const DIGEST = 'd';

/** A cluster whose releases are watched; each look counts a window more, and the last of them is the verdict's. */
function watching(
  then: 'ask' | 'undo',
  verdicts: readonly Judged['verdict'][],
): FakeCluster & { seen: OverseeInput[] } {
  const cluster = Object.assign(new FakeCluster(), { seen: [] as OverseeInput[] });
  const wait = { seconds: 60, text: '1m', then: 'advance' } as const;
  const judgement = { digest: DIGEST, steps: 'guard', promotion: 'guard', wait } as const;
  const watch = { seconds: 600, text: '10m', then };
  cluster.policy = { ...cluster.policy, judgement: { ...judgement, watch } };
  cluster.archives = true;
  cluster.onOversee = (input) => {
    cluster.seen.push(input);
    const windows = Number(input.memory?.until ?? 0) + 1;
    const verdict = verdicts[windows - 1] ?? 'WAIT';
    const judged: Judged = { verdict, metrics: [], heard: true, windows, says: `errors: ${windows} windows` };
    return Promise.resolve({ judged, memory: { until: windows, digest: DIGEST, evidence: { windows } } });
  };
  return cluster;
}

async function promotedOn(bench: WorkflowBench) {
  const { runId } = await bench.submit({ revision: 'v2', by: 'alice' });
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  const id = aftercareIdOf(bench.canary.cluster, releaseIdOf(bench.canary, runId));
  return { outcome, id, handle: bench.client.workflow.getHandle<typeof aftercare>(id) };
}

test('what was promoted is watched after its release has ended; a worker that dies in between loses and doubles no window', async (t) => {
  const cluster = watching('ask', ['WAIT', 'WAIT', 'FAIL']);
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { outcome, id, handle } = await promotedOn(bench);
  assert.equal(outcome.watchedBy, id);
  await until(() => Promise.resolve(cluster.seen.length >= 1), 'the first look');
  assert.equal((await handle.query(aftercareQuery)).end, undefined);
  await bench.stopWorkers();
  await bench.start();
  const watched = await handle.result();
  assert.deepEqual(watched.end, { kind: 'regressed', says: 'errors: 3 windows' });
  assert.deepEqual(
    [...new Set(cluster.seen.map(({ memory }) => memory?.until))],
    [undefined, 1, 2],
    'each look goes on where the last one ended',
  );
  assert.deepEqual(
    watched.record.map((entry) => (entry.what === 'watch' ? entry.judged.windows : entry.what)),
    [1, 2, 3, 'event'],
  );
  assert.ok(cluster.calls.includes('announce on the condition'));
  assert.ok(!cluster.calls.includes('undo'), 'people decide');
  const ends = () => cluster.archived.flatMap((part) => (part.part === 'end' ? [part.ended] : []));
  await until(() => Promise.resolve(ends().length === 2), 'the release is archived once more', 30_000);
  assert.deepEqual(ends().at(-1)?.record, [...(ends()[0]?.record ?? []), ...watched.record]);
});

test('by policy a regression orders an undo, once; what refuses it is said', async (t) => {
  const cluster = watching('undo', ['FAIL']);
  const orders: string[] = [];
  cluster.onUndo = ({ requestId, revision, reason }) => {
    orders.push(`${requestId} ${revision} ${reason}`);
    return Promise.resolve({ refused: "can't undo: a release is under way" });
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { handle } = await promotedOn(bench);
  const { end, release, canary } = await handle.result();
  assert.deepEqual(orders, [`${release}.regressed v2 errors: 1 windows`]);
  assert.deepEqual(end, { kind: 'regressed', says: 'errors: 1 windows' });
  assert.match(
    cluster.events.at(-1) ?? '',
    new RegExp(`^Regression of ${canary.name}\\..*can't undo: a release is under way$`),
  );
});

test('a release whose policy asks for no watch leaves nobody behind', async (t) => {
  const cluster = new FakeCluster();
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { outcome, handle } = await promotedOn(bench);
  assert.equal(outcome.watchedBy, undefined);
  await assert.rejects(handle.describe(), /not found/i);
});
