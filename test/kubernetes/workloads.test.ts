import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { FencedError, UserError } from '../../src/errors.js';
import { CONTROLLER_REVISIONS, type KubeObject } from '../../src/kube/object.js';
import { pathOf } from '../../src/kube/path.js';
import { FENCE_ANNOTATION } from '../../src/kubernetes/write.js';
import { TargetMissing } from '../../src/workloads/errors.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';
import { WORKLOAD_CASES, type WorkloadCase } from './workload-cases.js';
import { claim } from '../harness/claim.js';

const PRIMARY = `${APP}-primary`;

// What every kind of target must do, on a real API server.
for (const subject of WORKLOAD_CASES) describe(subject.kind, () => contract(subject));

function contract({ type, canary: spec, target, change, shown, harmless, scales }: WorkloadCase): void {
  const open = async (t: TestContext): Promise<WorkloadBench> => {
    const bench = await WorkloadBench.open(t, spec);
    await bench.create(type, target);
    return bench;
  };
  const built = async (t: TestContext): Promise<WorkloadBench> => {
    const bench = await open(t);
    await bench.workload.build(bench.canary, bench.fence());
    return bench;
  };
  /** As a release goes: what the primary holds is kept when it starts, and when it is promoted. */
  const release = async (bench: WorkloadBench, version: string): Promise<void> => {
    const { workload, canary } = bench;
    await bench.patch(type, APP, change(version));
    await workload.scaleUp(canary, bench.fence());
    await workload.promote(canary, (await workload.look(canary)).revision, bench.fence());
    await workload.settle(canary, bench.fence());
  };
  const snapshots = async ({ client, namespace }: WorkloadBench): Promise<readonly KubeObject[]> =>
    (await client.list(CONTROLLER_REVISIONS, { namespace, labelSelector: `serinus.dev/canary=${APP}` })).items;
  const primaryShows = async (bench: WorkloadBench): Promise<string | undefined> =>
    shown(await bench.get(type, PRIMARY));

  test('a target that is missing is named', async (t) => {
    const bench = await WorkloadBench.open(t, spec);
    const { workload, canary } = bench;
    const kind = type.kind.toLowerCase();
    await assert.rejects(workload.look(canary), (error) => {
      assert.ok(error instanceof TargetMissing && error instanceof UserError);
      assert.match(
        error.message,
        new RegExp(`^${kind} ${APP}\\.${bench.namespace} get query error: .*"${APP}" not found$`),
      );
      return true;
    });
    for (const of of ['primary', 'canary'] as const) {
      const readiness = await workload.readiness(canary, of, Date.now());
      assert.ok(!readiness.ready && !readiness.retriable && !readiness.available, of);
    }
    assert.equal(await workload.size(canary, 'canary'), 0);
    // What needs no target must not fail for the want of one: rolling back, and letting go.
    await workload.restore(canary, bench.fence());
    await workload.settle(canary, bench.fence());
    await workload.scaleDown(canary, bench.fence());
    await workload.scaleLikePrimary(canary, bench.fence());
  });

  test('building makes a primary that is owned and the same as the target, once', async (t) => {
    const bench = await open(t);
    const { workload, canary } = bench;
    const before = await workload.look(canary);
    assert.deepEqual([before.built, before.sameAsPrimary], [false, false]);
    assert.ok((await workload.drift(canary)).some(({ object }) => object === `${type.kind}/${PRIMARY}`));
    await workload.build(canary, bench.fence());
    const primary = await bench.get(type, PRIMARY);
    assert.deepEqual(primary.metadata.ownerReferences, [canary.owner]);
    assert.equal(primary.metadata.annotations?.[FENCE_ANNOTATION], '1.1');
    assert.equal(shown(primary), '1');
    const after = await workload.look(canary);
    assert.deepEqual([after.built, after.sameAsPrimary], [true, true]);
    assert.deepEqual(await workload.drift(canary), []);
    await bench.writesNothing('building again', () => workload.build(canary, bench.fence()));
  });

  test('until it is initialised the primary follows the target', async (t) => {
    const bench = await built(t);
    await bench.patch(type, APP, change('2'));
    assert.equal((await bench.workload.look(bench.canary)).sameAsPrimary, false);
    await bench.workload.build(bench.canary, bench.fence());
    assert.equal(await primaryShows(bench), '2');
  });

  test('what is changed is a revision, and nothing else is', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    const { revision } = await workload.look(canary);
    await bench.patch(type, APP, harmless);
    assert.deepEqual((await workload.look(canary)).revision, revision);
    assert.equal((await workload.look(canary)).sameAsPrimary, true);
    await bench.patch(type, APP, change('2'));
    assert.notEqual((await workload.look(canary)).revision.hash, revision.hash);
    await bench.patch(type, APP, change('1'));
    assert.deepEqual((await workload.look(canary)).revision, revision, 'it is back');
  });

  test('promotion copies exactly what was analysed', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    await bench.patch(type, APP, change('2'));
    const { revision } = await workload.look(canary);
    await bench.client.patch(type, 'merge', bench.namespace, APP, change('3'));
    await bench.writesNothing('a promotion of what is no longer there', async () =>
      assert.equal(await workload.promote(canary, revision, bench.fence()), false),
    );
    assert.equal(await primaryShows(bench), '1');
    const { revision: latest } = await workload.look(canary);
    assert.equal(await workload.promote(canary, latest, bench.fence()), true);
    assert.equal(await primaryShows(bench), '3');
    assert.equal((await workload.look(canary)).sameAsPrimary, true);
  });

  test('a rollback during the promotion puts back what was there, once the release is settled it does not', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    const promote = async (version: string): Promise<void> => {
      await bench.patch(type, APP, change(version));
      const { revision } = await workload.look(canary);
      const fence = bench.fence();
      await workload.promote(canary, revision, fence);
      // Carried out twice, as after a worker died.
      await workload.promote(canary, revision, fence);
    };
    await promote('2');
    await workload.restore(canary, bench.fence());
    assert.equal(await primaryShows(bench), '1');
    const mark = (await bench.get(type, PRIMARY)).metadata.annotations?.['serinus.dev/promoted-from'];
    assert.equal(mark, undefined);
    await promote('2');
    await workload.settle(canary, bench.fence());
    await workload.restore(canary, bench.fence());
    assert.equal(await primaryShows(bench), '2');
  });

  test('former contents are kept, and few of them', async (t) => {
    const bench = await built(t);
    const { canary } = bench;
    for (const version of ['2', '3', '4', '5', '6']) await release(bench, version);
    const kept = await snapshots(bench);
    assert.equal(kept.length, 3);
    for (const item of kept) assert.deepEqual(item.metadata.ownerReferences, [canary.owner]);
  });

  test('what an undo brings back is kept while a newer release is under way, though it had been kept before', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    for (const version of ['2', '3', '1', '4']) await release(bench, version);
    await bench.patch(type, APP, change('5'));
    await workload.scaleUp(canary, bench.fence());
    const previous = (await bench.get(type, PRIMARY)).metadata.annotations?.['serinus.dev/previous'];
    assert.ok(
      (await snapshots(bench)).some(({ metadata }) => metadata.name === previous),
      previous,
    );
  });

  test('a late writer is refused once a rollback has been there', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    await bench.patch(type, APP, change('2'));
    const { revision } = await workload.look(canary);
    await workload.restore(canary, claim(2, 1));
    await assert.rejects(workload.promote(canary, revision, claim(1, 99)), FencedError);
    assert.equal(await primaryShows(bench), '1');
  });

  test('a primary that somebody deletes comes back; one that somebody edits keeps its edits', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    await bench.patch(type, PRIMARY, { metadata: { labels: { team: 'red' } } });
    await bench.writesNothing('reconciling', () => workload.reconcile(canary, bench.fence()));
    await bench.remove(type, PRIMARY);
    assert.ok((await workload.drift(canary)).some(({ object }) => object === `${type.kind}/${PRIMARY}`));
    await workload.reconcile(canary, bench.fence());
    assert.deepEqual(await workload.drift(canary), []);
    assert.equal((await workload.look(canary)).sameAsPrimary, true);
  });

  test('what somebody else has under the primary’s name is no primary, and stays as it is', async (t) => {
    for (const owner of ['nobody', 'another Canary'] as const) {
      const bench = await open(t);
      const { workload, canary } = bench;
      const ownerReferences = owner === 'nobody' ? [] : [await bench.anotherCanary()];
      const theirs = { ...target, metadata: { ...target.metadata, name: PRIMARY, ownerReferences } };
      const before = await bench.create(type, theirs);
      assert.ok(workload.owns(canary).some((one) => one.type === type && one.name === PRIMARY));
      const view = await workload.look(canary);
      assert.deepEqual([view.built, view.sameAsPrimary], [false, false], owner);
      assert.ok((await workload.drift(canary)).some(({ object }) => object === `${type.kind}/${PRIMARY}`));
      const readiness = await workload.readiness(canary, 'primary', Date.now());
      assert.ok(!readiness.ready && !readiness.available);
      assert.equal(await workload.previous(canary), undefined);
      const whose = owner === 'nobody' ? 'has not been made for this Canary' : 'belongs to Canary other';
      const isRefused = (error: unknown): boolean =>
        error instanceof UserError && error.message.includes(`${type.kind} ${PRIMARY}.${bench.namespace} ${whose}`);
      await assert.rejects(workload.build(canary, bench.fence()), isRefused);
      await assert.rejects(workload.reconcile(canary, bench.fence()), isRefused);
      await assert.rejects(workload.promote(canary, view.revision, bench.fence()), isRefused);
      // The way back, and the end, don't depend on what they have.
      await workload.restore(canary, bench.fence());
      await workload.settle(canary, bench.fence());
      await workload.undoArtifacts.forget(canary, bench.fence());
      const after = await bench.get(type, PRIMARY);
      assert.deepEqual(after['spec'], before['spec']);
      assert.equal(after.metadata.annotations?.[FENCE_ANNOTATION], undefined);
    }
  });

  test('what is kept of former contents goes with the Canary’s own only', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    const name = `${PRIMARY}-theirs`;
    await bench.create(CONTROLLER_REVISIONS, {
      metadata: { name, labels: { 'serinus.dev/canary': APP } },
      revision: 1,
      data: {},
    });
    for (const version of ['2', '3', '4', '5']) {
      await bench.patch(type, APP, change(version));
      await workload.promote(canary, (await workload.look(canary)).revision, bench.fence());
      await workload.settle(canary, bench.fence());
    }
    await workload.undoArtifacts.forget(canary, bench.fence());
    assert.deepEqual(await workload.undoArtifacts.list(canary), []);
    await bench.get(CONTROLLER_REVISIONS, name);
  });

  test('what concerns it is named', async (t) => {
    const bench = await built(t);
    const concerns = await bench.workload.concerns(bench.canary);
    const names = concerns.map(({ type: of, name }) => `${pathOf(of)} ${name}`);
    for (const name of [APP, PRIMARY]) assert.ok(names.includes(`${pathOf(type)} ${name}`), name);
    let rung = 0;
    const end = await bench.workload.onChange(bench.canary, () => (rung += 1));
    await bench.patch(type, PRIMARY, { metadata: { labels: { team: 'red' } } });
    assert.ok(rung > 0);
    end();
  });

  if (!scales) return;

  test('down to zero and up again is no new revision, and users’ fields stay', async (t) => {
    const bench = await built(t);
    const { workload, canary } = bench;
    await bench.patch(type, APP, {
      metadata: { annotations: { team: 'red' } },
      spec: { template: { spec: { nodeSelector: { 'kubernetes.io/os': 'linux' } } } },
    });
    const { revision } = await workload.look(canary);
    await workload.scaleDown(canary, bench.fence());
    assert.equal(await workload.size(canary, 'canary'), 0);
    assert.deepEqual((await workload.look(canary)).revision, revision);
    await bench.writesNothing('scaling down again', () => workload.scaleDown(canary, bench.fence()));
    // Promoted while it is at zero, the primary is not.
    await workload.promote(canary, revision, bench.fence());
    assert.equal((await workload.look(canary)).sameAsPrimary, true);
    await workload.scaleUp(canary, bench.fence());
    assert.ok((await workload.size(canary, 'canary')) > 0);
    await bench.writesNothing('scaling up again', () => workload.scaleUp(canary, bench.fence()));
    const target = await bench.get(type, APP);
    assert.equal(target.metadata.annotations?.['team'], 'red');
    assert.deepEqual((await workload.look(canary)).revision, revision);
    await workload.scaleDown(canary, bench.fence());
    await workload.scaleLikePrimary(canary, bench.fence());
    assert.ok((await workload.size(canary, 'canary')) > 0);
  });
}
