import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../../src/worker/bundle.js';
import type { Activities } from '../../src/workflows/activities.js';
import { orderUpdates } from '../../src/workflows/contract.js';
import { PASSING } from '../domain/model.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench, type WorkflowBench } from '../harness/temporal/workflow-bench.js';
import { until } from '../harness/until.js';

/** Timer, one workflow task with its look, one activity with the task that takes its result, the weight that is shown. */
const EVENTS_PER_TICK = 13;

/** A look that doesn't end before it is told to. */
class Held {
  private letGo: () => void = () => undefined;
  readonly ended = new Promise<void>((resolve) => (this.letGo = resolve));

  constructor(t: TestContext) {
    // A worker doesn't stop before its activities have.
    t.after(() => this.letGo());
  }

  end(): void {
    this.letGo();
  }
}

/** Names of the activities of their own, in order, with the task that has ordered each. */
async function activitiesOf({ handle }: WorkflowBench): Promise<readonly { name: string; id: number; task: number }[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled
      ? [
          {
            name: scheduled.activityType?.name ?? '',
            id: Number(eventId),
            task: Number(scheduled.workflowTaskCompletedEventId),
          },
        ]
      : [],
  );
}

const named = async (bench: WorkflowBench, name: string) =>
  (await activitiesOf(bench)).filter((one) => one.name === name);

/** Counts the looks by their names, as whoever receives what they ask for tells them apart. */
function counted(cluster: FakeCluster): Map<string, number> {
  const looks = new Map<string, number>();
  const { observe } = cluster;
  cluster.observe = (input) => {
    const look = input.look ?? '';
    looks.set(look, (looks.get(look) ?? 0) + 1);
    return observe(input);
  };
  return looks;
}

function stepped(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.policy = {
    ...cluster.policy,
    strategy: { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 },
  };
  return cluster;
}

test('a passing tick costs few events: its look is part of a workflow task', async (t) => {
  const cluster = stepped();
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
  assert.deepEqual(cluster.weightsSeen, [10, 20, 30, 40, 50, 0]);
  assert.deepEqual(await named(bench, 'observe'), []);
  assert.deepEqual(await named(bench, 'begin'), []);
  const writes = (await named(bench, 'apply')).map(({ id }) => id);
  // The first two start it, the last ones promote.
  const ticks = writes.slice(2, -2).map((id, index) => id - (writes[index + 1] ?? 0));
  assert.ok(ticks.length >= 3);
  assert.ok(Math.max(...ticks) <= EVENTS_PER_TICK, `events between writes: ${ticks.join(', ')}`);
  const { historyLength, historySize } = await bench.handle.describe();
  t.diagnostic(`events between writes: ${ticks.join(', ')}; the release: ${historyLength}, ${historySize} bytes`);
  const history = await bench.handle.fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history);
});

test('a slow look goes on beside the task: it isn’t begun twice, and the next ones don’t hold a task', async (t) => {
  const cluster = stepped();
  const looks = counted(cluster);
  const held = new Held(t);
  cluster.analysis = () => held.ended.then(() => PASSING);
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  // It could not be ordered if the task waited for the look.
  await until(async () => (await named(bench, 'observe')).length > 0, 'the look is an activity of its own');
  assert.equal(cluster.weights.canary, 10);
  held.end();
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
  assert.deepEqual(cluster.weightsSeen, [10, 20, 30, 40, 50, 0]);
  assert.ok((await named(bench, 'observe')).length > 4, 'what was slow is asked the long way for a while');
  assert.deepEqual([...new Set(looks.values())], [1], 'each look was begun once');
});

test('an order gets its answer while a look hangs', async (t) => {
  const cluster = new FakeCluster();
  const held = new Held(t);
  cluster.analysis = () => held.ended.then(() => PASSING);
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(async () => (await named(bench, 'observe')).length > 0, 'the look is an activity of its own');
  const receipt = await bench.handle.executeUpdate(orderUpdates.abort, { args: [{ by: 'alice' }] });
  assert.equal(receipt.taken, true);
  assert.equal((await bench.handle.result()).ending.kind, 'aborted');
});

test('the answer of an order doesn’t wait for the look that follows it', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
  const held = new Held(t);
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  const { observe } = cluster;
  cluster.observe = async (input) => held.ended.then(() => observe(input));
  await bench.handle.executeUpdate(orderUpdates.skipStep, { args: [{ by: 'alice' }] });
  await until(async () => (await named(bench, 'observe')).length > 0, 'the look is an activity of its own');
  const { events = [] } = await bench.handle.fetchHistory();
  held.end();
  const answered = events?.findLastIndex((event) => event.workflowExecutionUpdateCompletedEventAttributes) ?? -1;
  assert.ok(answered > 0);
  const markers = events?.slice(answered - 1).filter((event) => event.markerRecordedEventAttributes);
  assert.deepEqual(markers, [], 'the task that brings it has not looked');
  await until(() => cluster.weights.canary === 50, 'the step is skipped');
});

test('a look that fails is tried again as an activity of its own; what is final is not', async (t) => {
  const cluster = new FakeCluster();
  const { observe, begin } = cluster;
  const failing = (first: string[]): void => {
    const error = first.shift();
    if (error === 'final') throw ApplicationFailure.nonRetryable('no', 'UserError');
    if (error !== undefined) throw new Error(error);
  };
  const toFail = { begin: ['not yet'], observe: ['not yet', 'not yet', 'final'] };
  const asked: string[] = [];
  cluster.begin = (async (input) => {
    asked.push('begin');
    failing(toFail.begin);
    return begin(input);
  }) satisfies Activities['begin'];
  cluster.observe = (async (input) => {
    asked.push(input.look ?? '');
    failing(toFail.observe);
    return observe(input);
  }) satisfies Activities['observe'];
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  assert.equal((await bench.handle.result()).ending.kind, 'promoted');
  assert.deepEqual(asked.slice(0, 2), ['begin', 'begin']);
  const [first, second, third, final, after] = asked.slice(2);
  assert.deepEqual([second, third], [first, first], 'it is the same look, in three attempts');
  assert.notEqual(final, first);
  assert.notEqual(after, final, 'what is final is told, and looked at anew');
  assert.ok(cluster.events.includes('no'), cluster.events.join('\n'));
});
