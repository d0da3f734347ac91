import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliverInput } from '../../src/workflows/activities.js';
import type { DeliveryOutcome } from '../../src/workflows/contract.js';
import { orderUpdates } from '../../src/workflows/contract.js';
import type { DeliveryResult } from '../../src/domain/notices/outbox.js';
import type { Policy } from '../../src/domain/policy.js';
import { FAILING } from '../domain/model.js';
import { until } from '../harness/until.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { openBench } from '../harness/temporal/workflow-bench.js';

const LISTENERS: Pick<Policy, 'listeners'> = { listeners: { events: true, alertsFrom: 'info' } };

/**
 * A recipient that notes what it takes, and begins a conversation where it isn't told of one; it takes nothing while it
 * is down, and never answers while it hangs.
 */
class Recipient {
  down = false;
  hanging = false;
  readonly got: { readonly key: string; readonly text: string }[] = [];
  attempts = 0;
  conversations = 0;

  constructor(readonly to: string) {}

  /** What came, in the order in which it came first. */
  get texts(): string[] {
    const seen = new Map(this.got.map(({ key, text }) => [key, text]));
    return [...seen.values()];
  }

  async notify({ origin, round }: DeliverInput): Promise<DeliveryResult | undefined> {
    if (round.later.includes(this.to)) return undefined;
    this.attempts += 1;
    while (this.hanging) await new Promise((resolve) => setTimeout(resolve, 50));
    let through = round.again[this.to] ?? round.offered;
    let thread = round.threads?.[this.to];
    const result = (): DeliveryResult => ({
      to: this.to,
      through,
      refused: [],
      ...(thread === undefined ? {} : { thread }),
    });
    for (const notice of round.notices.filter(({ seq }) => seq > through)) {
      if (this.down) return { ...result(), error: 'it is down' };
      thread ??= `conversation ${(this.conversations += 1)}`;
      const text = notice.kind === 'over' ? `over ${notice.topics.join(', ')}` : notice.message;
      this.got.push({ key: `${origin}/${notice.seq}`, text });
      through = notice.seq;
    }
    return result();
  }
}

function listenTo(cluster: FakeCluster, ...recipients: Recipient[]): void {
  cluster.policy = { ...cluster.policy, ...LISTENERS };
  cluster.onDeliver = async (input) => {
    const result = await Promise.all(recipients.map((recipient) => recipient.notify(input)));
    return result.filter((one) => one !== undefined);
  };
}

const withoutAlerts = (texts: readonly string[], events: readonly string[]): string[] =>
  texts.filter((text) => events.includes(text));

test('events go out in the order in which they are recorded, and alerts beside them', async (t) => {
  const cluster = new FakeCluster();
  const bell = new Recipient('bell');
  listenTo(cluster, bell);
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit({ revision: 'v2' });
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.deepEqual(withoutAlerts(bell.texts, cluster.events), cluster.events);
  assert.deepEqual(
    bell.texts.filter((text) => !cluster.events.includes(text)),
    [
      'New revision detected, progressing canary analysis.',
      'Canary analysis completed successfully, promotion finished.',
      'over progressing',
    ],
  );
  const { runId } = await bench.handle.describe();
  assert.deepEqual(
    bell.got.map(({ key }) => key),
    bell.got.map((_, index) => `${runId}.1/${index + 1}`),
  );
  assert.equal(bell.conversations, 1, 'each round goes on with the conversation of the first');
  assert.ok(!outcome.record.some((entry) => entry.what === 'undelivered'));
});

test('who is down holds up neither the release nor anybody else, and gets everything in order when it is back', async (t) => {
  const cluster = new FakeCluster();
  const [flaky, steady] = [new Recipient('flaky'), new Recipient('steady')];
  flaky.down = true;
  listenTo(cluster, flaky, steady);
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 50, 'weight 50');
  assert.ok(withoutAlerts(steady.texts, cluster.events).length >= 2, 'the other has been told meanwhile');
  assert.deepEqual(flaky.got, []);
  flaky.down = false;
  const outcome = await bench.handle.result();
  assert.deepEqual(flaky.got, steady.got);
  assert.ok(!outcome.record.some((entry) => entry.what === 'undelivered'));
});

test('who never answers does not delay a rollback; the run closes, and another workflow goes on trying', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
  const hanging = new Recipient('webhook pit');
  hanging.hanging = true;
  listenTo(cluster, hanging);
  const bench = await (await openBench(cluster)).start();
  t.after(() => {
    hanging.hanging = false;
    return bench.close();
  });
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  const began = Date.now();
  await bench.handle.executeUpdate(orderUpdates.abort, { args: [{ by: 'alice' }] });
  assert.deepEqual(cluster.weights, { primary: 100, canary: 0 });
  assert.ok(Date.now() - began < 10_000, `it took ${Date.now() - began} ms`);
  // The attempt that hangs is left when its worker lets go of it.
  setTimeout(() => (hanging.hanging = false), 12_000);
  hanging.down = true;
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'aborted');
  const left = outcome.record.filter((entry) => entry.what === 'undelivered');
  assert.equal(left.length, 1);
  assert.equal(left[0]?.first, cluster.events[0]);
  const handedTo = left[0]?.handedTo ?? '';
  assert.match(handedTo, new RegExp(`^notices/${bench.canary.cluster}/test/podinfo/`));
  hanging.down = false;
  const delivered = (await bench.client.workflow.getHandle(handedTo).result()) as DeliveryOutcome;
  assert.deepEqual(delivered.undelivered, []);
  assert.deepEqual(withoutAlerts(hanging.texts, cluster.events), cluster.events);
});

test('a worker that goes in the middle of a delivery: nothing is lost, and repetitions can be recognised', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 2 };
  const bell = new Recipient('bell');
  listenTo(cluster, bell);
  let attempts = 0;
  const honest = cluster.onDeliver;
  cluster.onDeliver = async (input) => {
    const result = await honest(input);
    // Told, but whoever did it dies before it can say so.
    if ((attempts += 1) === 2) throw new Error('the worker is gone');
    return result;
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await bench.stopWorkers();
  await bench.start();
  const outcome = await bench.handle.result();
  assert.equal(outcome.ending.kind, 'promoted');
  assert.deepEqual(withoutAlerts(bell.texts, cluster.events), cluster.events);
  const keys = bell.got.map(({ key }) => key);
  assert.ok(new Set(keys).size < keys.length, 'something was told twice');
  const texts = new Map<string, string>();
  for (const { key, text } of bell.got) {
    assert.equal(texts.get(key) ?? text, text, 'a key stands for one text');
    texts.set(key, text);
  }
});

test('of a run that is cancelled people are notified as well', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, intervalSeconds: 600 };
  const bell = new Recipient('bell');
  listenTo(cluster, bell);
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  await until(() => cluster.weights.canary === 25, 'weight 25');
  await bench.handle.cancel();
  await assert.rejects(bench.handle.result());
  const reason = 'Rolling back podinfo.test its workflow was cancelled';
  assert.deepEqual(bell.texts.slice(-4), [
    reason,
    'Canary failed! Scaling down podinfo.test',
    reason,
    'over progressing',
  ]);
});

test('a Canary that is deleted goes when its recipients have been notified', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = { ...cluster.policy, revertOnDeletion: true };
  const bell = new Recipient('bell');
  listenTo(cluster, bell);
  cluster.shown = { deleting: true };
  let heard: readonly string[] = [];
  cluster.onApply = (input) => {
    if (input.effects.some((effect) => effect.do === 'revert')) heard = bell.texts;
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit({ kind: 'deletion' });
  assert.equal((await bench.handle.result()).ending.kind, 'terminated');
  assert.deepEqual(heard, ['Terminating canary podinfo.test', 'Terminated canary podinfo.test']);
  assert.deepEqual(bell.texts, heard);
});

test('a release that continues as new takes along the notices not delivered yet', async (t) => {
  const cluster = new FakeCluster();
  cluster.policy = {
    ...cluster.policy,
    intervalSeconds: 600,
    strategy: { kind: 'canary', stepWeight: 1, maxWeight: 100, stepWeightPromotion: 0 },
  };
  const [flaky, steady] = [new Recipient('flaky'), new Recipient('steady')];
  flaky.down = true;
  listenTo(cluster, flaky, steady);
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  const { runId } = await bench.submit();
  await until(() => cluster.weights.canary === 1, 'weight 1');
  for (let i = 0; i < 190; i += 1) {
    await bench.handle.executeUpdate(orderUpdates.setWeight, {
      args: [{ weight: 2 + (i % 50), by: 'eve', requestId: `w${i}` }],
    });
    if ((await bench.handle.describe()).runId !== runId) break;
  }
  assert.notEqual((await bench.handle.describe()).runId, runId, 'it has continued as new');
  flaky.down = false;
  await bench.handle.executeUpdate(orderUpdates.abort, { args: [{ by: 'eve' }] });
  const { record } = await bench.handle.result();
  for (const { handedTo } of record.flatMap((entry) => (entry.what === 'undelivered' ? [entry] : [])))
    await bench.client.workflow.getHandle(handedTo ?? '').result();
  assert.deepEqual(withoutAlerts(steady.texts, cluster.events), cluster.events);
  assert.deepEqual(flaky.got, steady.got);
  assert.deepEqual([flaky.conversations, steady.conversations], [1, 1]);
});

test('failed checks: the alert says so once, however long the rollback takes', async (t) => {
  const cluster = new FakeCluster();
  const bell = new Recipient('bell');
  listenTo(cluster, bell);
  cluster.analysis = () => FAILING;
  let failures = 2;
  cluster.onRollBack = () => {
    if (failures-- > 0) throw new Error('the API server is down');
  };
  const bench = await (await openBench(cluster)).start();
  t.after(() => bench.close());
  await bench.submit();
  assert.equal((await bench.handle.result()).ending.kind, 'rolled-back');
  assert.equal(bell.texts.filter((text) => text === 'Failed checks threshold reached 2').length, 1);
});
