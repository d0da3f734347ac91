import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pieces } from '../../src/api/releases/pieces.js';
import { assembled } from '../../src/archive/document.js';
import { releaseIdOf } from '../../src/domain/identity.js';
import type { RecordEntry } from '../../src/domain/record/record.js';
import type { Outcome } from '../../src/domain/record/outcome.js';
import { archiveIdOf, orderUpdates, type ArchiveInput } from '../../src/workflows/contract.js';
import { until } from '../harness/until.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench, type WorkflowBench } from '../harness/temporal/workflow-bench.js';

type End = Extract<ArchiveInput, { part: 'end' }>;

const isEnd = (input: ArchiveInput): input is End => input.part === 'end';

function archiving(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.archives = true;
  return cluster;
}

/** A record as a reader of the archive puts it together. */
function recordOf(parts: readonly ArchiveInput[], end: End): readonly RecordEntry[] {
  const { record, handedOver } = end.ended;
  const chunks = parts.flatMap((part) => (part.part === 'record' ? [part] : []));
  const all = [...chunks, { from: handedOver?.entries ?? 0, entries: record }];
  return assembled(all, 0).record as readonly RecordEntry[];
}

async function ended(bench: WorkflowBench, cluster: FakeCluster): Promise<{ outcome: Outcome; end: End }> {
  const outcome = await bench.handle.result();
  await until(() => cluster.archived.some(isEnd), 'the release is archived', 60_000);
  return { outcome, end: cluster.archived.find(isEnd) ?? assert.fail() };
}

test('a release is handed to the archive when it has ended, whole', async (t) => {
  const cluster = archiving();
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { runId } = await bench.submit({ revision: 'v2', by: 'alice' });
  const { outcome, end } = await ended(bench, cluster);
  assert.equal(end.release, releaseIdOf(bench.canary, runId));
  assert.deepEqual({ ...end.ended, endedAt: '' }, { ...outcome, endedAt: '' });
  assert.deepEqual(end.ended.runs, [runId]);
  assert.deepEqual(end.ended.target, { kind: 'Deployment', name: 'podinfo' });
  assert.deepEqual(
    cluster.weightsSeen,
    end.ended.record.flatMap((entry) => (entry.what === 'weight' ? [entry.canary] : [])),
  );
});

test('an archive that is down keeps nobody waiting: the next release runs, and both are archived when it is back', async (t) => {
  const cluster = archiving();
  let attempts = 0;
  let down = true;
  cluster.onArchive = () => {
    attempts += 1;
    if (down) throw new Error('the archive is down');
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit({ revision: 'v2' });
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
  await until(() => attempts >= 1, 'it was tried');
  cluster.target = { hash: 'v3', configs: {} };
  cluster.status = { ...cluster.status, phase: 'Succeeded' };
  await bench.submit({ revision: 'v3' });
  const second = await bench.handle.result();
  assert.equal(second.ending.kind, 'promoted');
  assert.equal(second.revision?.hash, 'v3');
  // Whoever brings it may come and go, too; and of the Canary nothing is left.
  await bench.stopWorkers();
  cluster.gone = true;
  down = false;
  await bench.start();
  await until(() => cluster.archived.filter(isEnd).length === 2, 'both are archived', 60_000);
  assert.ok(attempts > 2, `${attempts} attempts`);
  assert.deepEqual(
    cluster.archived
      .filter(isEnd)
      .map((part) => part.ended.revision?.hash)
      .sort(),
    ['v2', 'v3'],
  );
});

test('where there is no archive, the pieces of a long record stay in Temporal, and nothing else is started', async (t) => {
  const cluster = new FakeCluster();
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { runId } = await bench.submit();
  await bench.handle.result();
  const id = archiveIdOf(bench.canary.cluster, releaseIdOf(bench.canary, runId), 'end');
  await assert.rejects(bench.client.workflow.getHandle(id).describe(), /not found/i);
});

test('a run that only looked leaves nothing in the archive', async (t) => {
  const cluster = archiving();
  cluster.target = { hash: 'v1', configs: {} };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { runId } = await bench.submit({ kind: 'drift' });
  assert.equal((await bench.handle.result()).ending.kind, 'reconciled');
  const id = archiveIdOf(bench.canary.cluster, releaseIdOf(bench.canary, runId), 'end');
  await assert.rejects(bench.client.workflow.getHandle(id).describe(), /not found/i);
});

test('a release that is cancelled is archived as what became of it', async (t) => {
  const cluster = archiving();
  cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await bench.handle.cancel();
  await assert.rejects(bench.handle.result());
  await until(() => cluster.archived.some(isEnd), 'it is archived', 60_000);
  const { ended: release } = cluster.archived.find(isEnd) ?? assert.fail();
  assert.equal(release.ending.kind, 'rolled-back');
  assert.match(release.ending.reason, /its workflow was cancelled/);
});

test('a long record is handed over in pieces, also of a release that continues as new, and none of it is lost', async (t) => {
  const cluster = archiving();
  cluster.policy = {
    ...cluster.policy,
    intervalSeconds: 600,
    strategy: { kind: 'canary', stepWeight: 1, maxWeight: 100, stepWeightPromotion: 0 },
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { runId } = await bench.submit();
  await until(() => cluster.weights.canary === 1, 'weight 1');
  let orders = 0;
  // Three entries each: two pieces and more.
  while (orders < 90 || (await bench.handle.describe()).runId === runId) {
    const by = orders < 10 ? 'eve' : 'bob';
    await bench.handle.executeUpdate(orderUpdates.setWeight, {
      args: [{ weight: 2 + (orders % 50), by, requestId: `w${orders}` }],
    });
    orders += 1;
    assert.ok(orders < 400, 'it continues as new');
  }
  await bench.handle.executeUpdate(orderUpdates.abort, { args: [{ by: 'carol' }] });
  const { outcome, end } = await ended(bench, cluster);
  const { runId: last } = await bench.handle.describe();
  assert.equal(end.release, releaseIdOf(bench.canary, runId));
  const { runs = [] } = end.ended;
  assert.ok(runs.length >= 2, `it went through ${runs.length} runs`);
  assert.deepEqual([runs.at(0), runs.at(-1)], [runId, last]);

  const { chunks = 0, entries = 0, actors = [] } = outcome.handedOver ?? {};
  assert.ok(chunks >= 2, `${chunks} pieces`);
  assert.ok(outcome.record.length <= 170, `${outcome.record.length} entries are carried`);
  assert.equal(outcome.recordDropped, 0);
  const { cluster: name } = bench.canary;
  assert.deepEqual(
    end.after,
    Array.from({ length: chunks }, (_, index) => archiveIdOf(name, end.release, index + 1)),
  );
  await until(() => cluster.archived.length === chunks + 1, 'all pieces are archived', 60_000);
  const record = recordOf(cluster.archived, end);
  assert.equal(record.length, entries + outcome.record.length);
  assert.equal(record.filter((entry) => entry.what === 'order').length, orders + 1);
  assert.deepEqual(
    cluster.weightsSeen,
    record.flatMap((entry) => (entry.what === 'weight' ? [entry.canary] : [])),
  );
  const messages = record.flatMap((entry) => (entry.what === 'event' ? [entry.message] : []));
  assert.deepEqual(
    cluster.events.filter((event) => !messages.includes(event)),
    [],
  );
  // Until Temporal forgets the pieces, the record is whole there, too.
  const whole = await new Pieces(bench.client).joined(outcome, runId);
  assert.deepEqual(whole.record, record);
  assert.equal(whole.recordDropped, 0);
  // Who is named in the first pieces is known at the end, and nothing is said twice.
  assert.deepEqual([...actors].sort(), ['bob', 'eve']);
  assert.equal(record.filter((entry) => entry.what === 'phase' && entry.phase === 'Progressing').length, 1);
});
