import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { orderSignals, workflowIdOf } from '../../src/workflows/contract.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { ended, get, ordersIn, post, releaseIs, releaseOf } from '../harness/api/client.js';

let bench: ApiBench;
before(async () => void (bench = await openApi()));
after(() => bench.close());

/** A release that stands at weight 25 for as long as nobody orders anything. */
async function standing() {
  const { name, fake } = await bench.world.canary({ intervalSeconds: 600 });
  const url = `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/rollouts`;
  const { body } = await post(bench.app, url, { images: { app: 'podinfo:6.0.1' } });
  const id = String(body['id']);
  await releaseIs(bench.app, id, (release) => release.weight === 25, 'weight 25');
  const order = (word: string, payload: object | string = {}, headers = {}) =>
    post(bench.app, `/api/v1/rollouts/${id}/${word}`, payload, headers);
  return { name, fake, id, order };
}

describe('orders', () => {
  test('pause, weight, resume and promote are obeyed and recorded', async () => {
    const { id, fake, order } = await standing();
    const paused = await order('pause', { by: 'alice', reason: 'lunch' });
    assert.deepEqual([paused.status, paused.body['taken'], paused.body['weight']], [200, true, 25]);
    const view = await releaseOf(bench.app, id);
    assert.deepEqual([view.paused?.by, view.paused?.reason], ['alice (unverified)', 'lunch']);
    assert.equal(view.waitsFor, 'paused by alice (unverified): wait for resume');
    assert.deepEqual(
      view.steering?.map((step) => step.order),
      ['resume', 'abort', 'promote', 'weight'],
    );
    assert.deepEqual(
      view.steering?.map(({ effect }) => effect),
      [
        'Goes on at weight 25, where it was paused',
        `Routes all traffic to the primary, scales podinfo to 0`,
        'Copies podinfo to podinfo-primary without further analysis, and routes all traffic to it',
        'Routes the weight you name to the canary, at most 50 percent, and analyses it from there',
      ],
    );
    assert.equal(view.steering?.[0]?.href, `/api/v1/releases/${id}/resume`);
    assert.equal((await order('resume')).body['taken'], true);
    assert.equal((await order('weight', { weight: 40 })).body['weight'], 40);
    assert.equal(fake.weights.canary, 40);
    assert.equal((await order('promote', { by: 'bob' })).status, 200);
    const result = await ended(bench.app, id);
    assert.equal(result.outcome, 'promoted');
    const orders = ordersIn(result);
    assert.deepEqual(
      orders.map((entry) => [entry.order, entry.by, entry.channel]),
      [
        ['pause', 'alice (unverified)', 'api'],
        ['resume', 'somebody (unverified)', 'api'],
        ['setWeight 40', 'somebody (unverified)', 'api'],
        ['promote', 'bob (unverified)', 'api'],
      ],
    );
  });

  test('skip leaves the analysis of a step out, within a second, and stays in the record', async () => {
    const { id, fake, order } = await standing();
    const began = Date.now();
    const skipped = await order('skip', { by: 'alice', reason: 'seen enough' }, { 'idempotency-key': 'skip-1' });
    assert.deepEqual([skipped.status, skipped.body['order']], [200, 'skip']);
    await releaseIs(bench.app, id, ({ weight }) => weight === 50, 'weight 50');
    assert.ok(Date.now() - began < 60_000, `it took ${Date.now() - began} ms`);
    assert.equal(fake.weights.canary, 50);
    const [entry] = ordersIn(await releaseOf(bench.app, id));
    assert.deepEqual([entry?.order, entry?.requestId], ['skipStep', 'skipStep:skip-1']);
    assert.equal((await order('pause')).status, 200);
    assert.equal(
      (await order('skip')).body['detail'],
      "can't skip the step: it is paused by somebody (unverified); resume it first",
    );
  });

  test('retry releases again what has failed, once for each key, and is offered where it is possible', async () => {
    const { id, name, fake, order } = await standing();
    const early = await order('retry');
    assert.deepEqual([early.status, early.body['type']], [409, '/problems/order-refused']);
    assert.match(String(early.body['detail']), /can't retry: a release is under way/);
    assert.equal((await order('abort')).status, 200);
    const failed = await ended(bench.app, id);
    assert.deepEqual(
      failed.steering?.map((step) => [step.order, step.command]),
      [['retry', `serinus retry ${name} -n ${bench.world.namespace}`]],
    );
    assert.match(failed.steering?.[0]?.effect ?? '', /analyses revision \w+ from the start/);

    const image = await bench.world.image(name);
    const headers = { 'idempotency-key': 'again-1' };
    const retried = await order('retry', { by: 'alice', reason: 'mended' }, headers);
    assert.deepEqual([retried.status, retried.body['order'], retried.body['taken']], [200, 'retry', true]);
    const next = String(retried.body['id']);
    assert.notEqual(next, id);
    await releaseIs(bench.app, next, ({ weight }) => weight === 25, 'weight 25');
    assert.equal(await bench.world.image(name), image, 'the target is as it was');
    const view = await releaseOf(bench.app, next);
    assert.deepEqual([view.cause?.['by'], view.cause?.['of']], ['alice (unverified)', id]);

    await post(bench.app, `/api/v1/rollouts/${next}/abort`, {});
    await ended(bench.app, next);
    const epochs = fake.epoch;
    const repeated = await post(
      bench.another(),
      `/api/v1/rollouts/${id}/retry`,
      { by: 'alice', reason: 'mended' },
      headers,
    );
    assert.deepEqual([repeated.status, repeated.body['id']], [200, next]);
    assert.equal(fake.epoch, epochs, 'no other run was started');

    await bench.world.setImage(name, 'podinfo:6.0.9');
    const late = await order('retry');
    assert.deepEqual([late.status, late.body['type']], [409, '/problems/order-refused']);
    assert.match(String(late.body['detail']), /the target has changed since/);
  });

  test('abort rolls back, and no order reaches a release that has ended', async () => {
    const { id, order } = await standing();
    assert.equal((await order('abort', { reason: 'smells' }, { 'user-agent': 'serinus-cli/1' })).status, 200);
    const result = await ended(bench.app, id);
    assert.deepEqual([result.outcome, result.run, result.phase, result.weight], ['aborted', 'completed', 'Failed', 0]);
    assert.equal(ordersIn(result)[0]?.channel, 'cli');
    const late = await order('pause');
    assert.deepEqual([late.status, late.body['type']], [409, '/problems/release-ended']);
    assert.equal(late.body['detail'], `the release ${id} has ended: aborted`);
  });

  test('approve opens the gate that is meant, and only that; reject rolls back', async () => {
    const { name, fake } = await bench.world.canary();
    fake.policy = { ...fake.policy, hooks: { 'confirm-rollout': ['boss'], 'confirm-promotion': ['boss'] } };
    fake.gates = () => ({ results: [{ hook: 'boss', ok: false }] });
    const url = `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/rollouts`;
    const { body } = await post(bench.app, url, { images: { app: 'podinfo:6.0.1' } });
    const order = (word: string, payload: object = {}) =>
      post(bench.app, `/api/v1/rollouts/${String(body['id'])}/${word}`, payload);
    const waiting = await releaseIs(bench.app, body['id'], ({ gate }) => gate !== undefined, 'the first gate');
    assert.deepEqual([waiting.gate?.gate, waiting.gate?.hook], ['confirm-rollout', 'boss']);
    assert.ok(waiting.steering?.some((step) => step.command === `serinus approve ${name} -n ${bench.world.namespace}`));

    const invalid = await order('approve', { gate: 'confirm-everything' });
    assert.deepEqual(
      [invalid.status, invalid.body['field'], invalid.body['value']],
      [422, 'gate', 'confirm-everything'],
    );
    const wrong = await order('approve', { gate: 'confirm-promotion' });
    assert.deepEqual([wrong.status, wrong.body['type']], [409, '/problems/order-refused']);
    assert.equal(wrong.body['detail'], "can't approve confirm-promotion: it waits at confirm-rollout");
    assert.equal((await order('approve', { gate: 'confirm-rollout', by: 'boss' })).status, 200);

    await releaseIs(bench.app, body['id'], ({ gate }) => gate?.gate === 'confirm-promotion', 'the second gate');
    assert.equal((await order('reject', { by: 'boss', reason: 'no' })).status, 200);
    assert.equal((await ended(bench.app, body['id'])).outcome, 'rejected');
  });

  test('are refused for another revision than the one that was seen', async () => {
    const { order } = await standing();
    const { status, body } = await order('promote', { revision: 'another' });
    assert.equal(status, 409);
    assert.match(String(body['detail']), /the revision under way is \w+, not another/);
  });

  test('that can’t be carried out say why', async () => {
    const { order } = await standing();
    assert.equal((await order('resume')).body['detail'], "can't resume: it isn't paused (phase Progressing)");
    const weight = await order('weight', { weight: 90 });
    assert.equal(weight.status, 409);
    assert.match(String(weight.body['detail']), /from 0 to 50 \(maxWeight\)/);
  });

  test('with the same Idempotency-Key are one; the same key for another order is another', async () => {
    const { id, order } = await standing();
    const headers = { 'idempotency-key': 'ci-4711' };
    const both = await Promise.all([order('pause', {}, headers), order('pause', {}, headers)]);
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 200],
    );
    assert.equal((await order('resume', {}, headers)).body['taken'], true);
    const again = await order('pause', {}, headers);
    assert.equal(again.status, 200);
    const view = await releaseOf(bench.app, id);
    assert.equal(view.paused, undefined, 'the pause was not taken again');
    assert.equal(ordersIn(view).length, 2);
  });

  test('are left as a signal while no worker is there, and are taken once', async () => {
    const { id, name } = await standing();
    await bench.worker.stopWorkers();
    // With the patience that users get.
    const app = bench.another({ workerMs: undefined });
    const began = Date.now();
    const abort = { by: 'carol', reason: 'now' };
    const { status, body } = await post(app, `/api/v1/rollouts/${id}/abort`, abort, { 'idempotency-key': 'once' });
    assert.deepEqual([status, body['taken'], body['order']], [202, 'pending', 'abort']);
    assert.ok(Date.now() - began < 20_000, `it took ${Date.now() - began} ms`);

    const blind = await get(app, `/api/v1/rollouts/${id}`);
    assert.equal(blind.status, 200);
    assert.match(String(blind.body['unavailable']), /no worker/);
    assert.equal(blind.body['weight'], 25);
    const canary = await get(app, `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}`);
    assert.equal(canary.body['phase'], 'Progressing');
    const { id: openId, unavailable } = canary.body['release'] as { id: string; unavailable: string };
    assert.equal(openId, id);
    assert.match(unavailable, /no worker/);

    await bench.worker.start();
    const result = await ended(bench.app, id);
    assert.equal(result.outcome, 'aborted');
    assert.equal(ordersIn(result).length, 1);
  });

  test('a release that people stop through Temporal is not mistaken for one that is open', async () => {
    const { id, name, order } = await standing();
    const canary = { cluster: bench.cluster, namespace: bench.world.namespace, name };
    await bench.client.workflow.getHandle(workflowIdOf(canary)).signal(orderSignals.pause, { by: 'x', requestId: 'x' });
    await bench.client.workflow.getHandle(workflowIdOf(canary)).terminate('test');
    const late = await order('resume');
    assert.equal(late.body['detail'], `the release ${id} has ended: terminated`);
    assert.equal((await releaseOf(bench.app, id)).run, 'terminated');
  });
});

describe('a release whose run was ended from outside', () => {
  test('is aborted all the same, while its traffic is still on the canary', async () => {
    const { id, name, fake, order } = await standing();
    const canary = { cluster: bench.cluster, namespace: bench.world.namespace, name };
    await bench.client.workflow.getHandle(workflowIdOf(canary)).terminate('test');
    const { status, body } = await order('abort', { by: 'alice', reason: 'it hurts' }, { 'idempotency-key': 'a' });
    assert.equal(status < 300, true, JSON.stringify(body));
    const carriedOutBy = String(body['id']);
    assert.notEqual(carriedOutBy, id);
    const result = await ended(bench.app, carriedOutBy);
    assert.equal(result.outcome, 'aborted');
    assert.equal(fake.weights.canary, 0);
    const given = ordersIn(result)[0];
    assert.deepEqual([given?.order, given?.by, given?.of], ['abort', 'alice (unverified)', undefined]);
    const late = await order('abort', { by: 'bob' });
    assert.equal(late.status, 409);
  });
});

describe('a release', () => {
  test('is unknown by a made-up id, whatever it looks like', async () => {
    const ns = bench.world.namespace;
    const ids = ['x', `${ns}.podinfo.11111111-1111-4111-8111-111111111111`, `${ns}.podinfo`, 'a.b.c.d', "a'.b.c"];
    for (const id of ids) {
      const url = `/api/v1/rollouts/${encodeURIComponent(id)}`;
      for (const answer of [await get(bench.app, url), await post(bench.app, `${url}/abort`, {})]) {
        assert.deepEqual([answer.status, answer.body['type']], [404, '/problems/unknown-release'], id);
      }
    }
  });

  test('knows no other orders', async () => {
    const { order } = await standing();
    const { status, body } = await order('explode');
    assert.deepEqual([status, body['type']], [404, '/problems/unknown-route']);
  });
});
