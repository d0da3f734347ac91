import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { DeadRuns } from '../../src/archive/release/dead-runs.js';
import type { Dependencies } from '../../src/dependencies.js';
import { documentOf } from '../../src/archive/release/document.js';
import { TemporalSubmissions } from '../../src/temporal/submissions.js';
import { releaseIdOf } from '../../src/domain/identity.js';
import type { EndedRelease } from '../../src/domain/record/outcome.js';
import type { LeaseRetreat } from '../../src/kubernetes/retreat.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { orderSignals, stateQuery } from '../../src/workflows/contract.js';
import { MemoryArchive } from '../harness/memory-archive.js';
import { until } from '../harness/until.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench, type WorkflowBench } from '../harness/temporal/workflow-bench.js';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** What is left in the cluster of a release whose run is gone. */
interface Remains {
  readonly retreat?: LeaseRetreat;
  /** Templates that were kept for the archive. */
  readonly kept?: readonly { readonly metadata: { readonly name: string } }[];
}

class Dying {
  private constructor(
    readonly cluster: FakeCluster,
    readonly bench: WorkflowBench,
    readonly release: string,
  ) {}

  static async open(t: TestContext, prepare: (cluster: FakeCluster) => void = () => undefined): Promise<Dying> {
    const cluster = new FakeCluster();
    cluster.archives = true;
    cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
    prepare(cluster);
    const bench = await (await openBench(cluster)).start();
    t.after(() => bench.close());
    const submissions = new TemporalSubmissions(bench.client, { leaseSeconds: 60, answerMs: 30_000 });
    const { runId } = await submissions.submit(bench.canary, { id: 'c', kind: 'target', by: 'alice' });
    return new Dying(cluster, bench, releaseIdOf(bench.canary, runId));
  }

  janitor({ retreat, kept = [] }: Remains = {}): DeadRuns {
    const deps = {
      archive: new MemoryArchive(),
      settings: { ...DEFAULT_SETTINGS, clusterName: this.bench.canary.cluster },
      log: SILENT,
      now: Date.now,
      leases: { fresh: () => Promise.resolve({ retreat }) },
      cache: { query: () => Promise.resolve(kept) },
    };
    return new DeadRuns(deps as unknown as Dependencies, this.bench.client);
  }

  /** Rounds of the janitor, until Temporal has indexed the dead run. @returns the release as it is archived */
  async archivedBy(janitor: DeadRuns): Promise<EndedRelease> {
    let found: readonly string[] = [];
    await until(async () => (found = await janitor.offload()).length > 0, 'the dead run is indexed', 60_000);
    assert.deepEqual(found, [this.release]);
    const { archived } = this.cluster;
    await until(() => archived.some(({ part }) => part === 'end'), 'it is archived', 60_000);
    const end = archived.find((input) => input.part === 'end') ?? assert.fail();
    assert.equal(end.release, this.release);
    return end.ended;
  }
}

test('a run that is terminated is archived by the janitor, once, with what its last state tells', async (t) => {
  const dying = await Dying.open(t);
  await untilRecorded(dying.bench);
  await dying.bench.handle.terminate('by hand');
  const janitor = dying.janitor();
  const dead = await dying.archivedBy(janitor);
  assert.deepEqual(await janitor.offload(), []);
  assert.deepEqual(await dying.janitor().offload(), []);
  assert.deepEqual(dead.ending, { kind: 'died', reason: 'its run was terminated: by hand' });
  assert.equal(dead.cause.by, 'alice');
  assert.equal(dead.weight, 25);
  assert.ok(dead.record.some((entry) => entry.what === 'weight' && entry.canary === 25));
  assert.equal(documentOf(dying.release, dead, undefined).outcome, 'died');
});

test('a run that is terminated before its first weight is a release, too', async (t) => {
  const dying = await Dying.open(t, (cluster) => (cluster.canaryReady = false));
  await until(() => dying.cluster.calls.includes('awaitReady canary'), 'it waits for pods');
  await dying.bench.handle.terminate('by hand');
  const dead = await dying.archivedBy(dying.janitor());
  assert.equal(dead.ending.kind, 'died');
  assert.equal(dead.weight, 0);
});

test('so is one of which there is nothing yet but what was kept for the archive', async (t) => {
  // A worker doesn't stop before its activities have.
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  t.after(() => letGo());
  const dying = await Dying.open(t, (cluster) => (cluster.onApply = () => held));
  await until(() => dying.cluster.calls.includes('observe'), 'it has looked');
  await dying.bench.handle.terminate('by hand');
  const dead = await dying.archivedBy(dying.janitor({ kept: [{ metadata: { name: 'release-x' } }] }));
  assert.equal(dead.ending.kind, 'died');
});

test('orders that Temporal has accepted, and that no worker has read, are in the record', async (t) => {
  const dying = await Dying.open(t);
  const { bench, cluster } = dying;
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await bench.handle.signal(orderSignals.pause, { by: 'alice', reason: 'lunch', requestId: 'p1' });
  await until(() => isPaused(bench), 'it is paused');
  await bench.stopWorkers();
  await bench.handle.signal(orderSignals.abort, { by: 'bob', reason: 'smells', requestId: 'a1' });
  await bench.handle.signal(orderSignals.resume, {});
  await bench.handle.terminate('by hand');
  await bench.start();
  const { record } = await dying.archivedBy(dying.janitor());
  const orders = record.flatMap((entry) => (entry.what === 'order' ? [entry] : []));
  assert.deepEqual(
    orders.map(({ order, by, reason, requestId, refused }) => [order, by, reason, requestId, refused]),
    [
      ['pause', 'alice', 'lunch', 'p1', undefined],
      ['abort', 'bob', 'smells', 'a1', 'its run was ended before it was carried out'],
      ['resume', 'somebody with access to Temporal', '', undefined, 'its run was ended before it was carried out'],
    ],
  );
});

test('a dead run that the dead-man’s switch has rolled back is a release that was rolled back', async (t) => {
  const dying = await Dying.open(t);
  await untilRecorded(dying.bench);
  await dying.bench.handle.terminate('by hand');
  const done = { reason: 'Rolling back podinfo.test no sign of its workflow', servedBy: 'primary', at: 5 } as const;
  const dead = await dying.archivedBy(dying.janitor({ retreat: { of: 1, done } }));
  assert.deepEqual([dead.ending, dead.phase, dead.weight], [{ kind: 'rolled-back', reason: done.reason }, 'Failed', 0]);
});

test('a run that the dead-man’s switch has shut out ends as what became of its release', async (t) => {
  const dying = await Dying.open(t, (cluster) => (cluster.policy = { ...cluster.policy, intervalSeconds: 1 }));
  const { bench, cluster } = dying;
  const retreat = { reason: 'Rolling back podinfo.test no sign of its workflow', servedBy: 'primary', at: 5 } as const;
  cluster.analysis = () => {
    cluster.shown = { fenced: true, retreat };
    throw new Error('nobody answers');
  };
  const { ending, phase, weight, record } = await bench.handle.result();
  assert.deepEqual([ending, phase, weight], [{ kind: 'rolled-back', reason: retreat.reason }, 'Failed', 0]);
  assert.deepEqual(
    record.slice(-2).map((entry) => [entry.what, 'phase' in entry ? entry.phase : 'canary' in entry && entry.canary]),
    [
      ['weight', 0],
      ['phase', 'Failed'],
    ],
  );
});

test('a write that is refused by a newer fence makes the run look who it was', async (t) => {
  const dying = await Dying.open(t, (cluster) => {
    const retreat = { reason: 'Rolling back podinfo.test', servedBy: 'canary', at: 5 } as const;
    cluster.onApply = ({ effects }) => {
      if (!effects.some((effect) => effect.do === 'weights')) return;
      cluster.shown = { fenced: true, retreat };
      throw ApplicationFailure.nonRetryable('a newer writer', 'Fenced');
    };
  });
  const { ending, weight } = await dying.bench.handle.result();
  assert.deepEqual([ending.kind, weight], ['rolled-back', 100]);
});

async function isPaused(bench: WorkflowBench): Promise<boolean> {
  return (await bench.handle.query(stateQuery)).state?.paused !== undefined;
}

/** The first weight is not only set: the run knows of it, and so does whoever finds it dead. */
async function untilRecorded(bench: WorkflowBench): Promise<void> {
  const isKnown = async (): Promise<boolean> => {
    const { state } = await bench.handle.query(stateQuery);
    return state?.record.some((entry) => entry.what === 'weight' && entry.canary === 25) === true;
  };
  await until(isKnown, 'weight 25 is in the record');
}
