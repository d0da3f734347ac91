import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Webhook } from '../../src/crds/types.js';
import type { HookRound } from '../../src/domain/findings.js';
import { HOOK_TYPES, type HookType } from '../../src/domain/policy.js';
import { callRound, type HookLog, type Round } from '../../src/webhooks/round.js';
import { impatient, receiver } from '../harness/http/receiver.js';

const subject = { name: 'podinfo', namespace: 'test', phase: 'Progressing', checksum: 'c0ffee' };

const webhook = (name: string, type: HookType, url: string, more: Partial<Webhook> = {}): Webhook => ({
  name,
  type,
  url,
  timeoutSeconds: 2,
  retries: 0,
  muteAlert: false,
  disableTLS: false,
  metadata: undefined,
  ...more,
});

class Notes implements HookLog {
  readonly lines: string[] = [];
  info(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push(JSON.stringify({ ...fields, message }));
  }
}

/** What doesn't depend on the clock. */
function answers({ results }: HookRound): object[] {
  return results.map(({ at, durationMs, ...rest }) => {
    assert.ok(at !== undefined && Math.abs(Date.now() - at) < 60_000, `called at ${at}`);
    assert.ok(durationMs !== undefined && durationMs >= 0, `took ${durationMs} ms`);
    return rest;
  });
}

describe('a round', () => {
  for (const type of HOOK_TYPES.filter((type) => type !== 'rollback')) {
    test(`of ${type} stops at the first failure`, async (t) => {
      const hook = await receiver(t, (response, _nth, { url }) =>
        response.writeHead(url === '/b' ? 403 : 200).end('Forbidden'),
      );
      const webhooks = ['a', 'b', 'c'].map((name) => webhook(name, type, `${hook.url}/${name}`));
      const round = await callRound({ type, webhooks, subject }, { log: new Notes() });
      assert.deepEqual(answers(round), [
        { hook: 'a', ok: true, status: 200, attempts: 1 },
        { hook: 'b', ok: false, error: 'Forbidden', status: 403, attempts: 1 },
      ]);
      assert.deepEqual(
        hook.received.map(({ url }) => url),
        ['/a', '/b'],
      );
    });
  }

  test('of rollback stops at the first success; an unreachable hook is only a failure', async (t) => {
    const hook = await receiver(t, (response, _nth, { url }) =>
      response.writeHead(url === '/a' ? 403 : 200).end('Forbidden'),
    );
    const webhooks = [
      webhook('a', 'rollback', `${hook.url}/a`),
      webhook('gone', 'rollback', 'http://127.0.0.1:1/'),
      webhook('b', 'rollback', `${hook.url}/b`),
      webhook('c', 'rollback', `${hook.url}/c`),
    ];
    const { results } = await callRound({ type: 'rollback', webhooks, subject }, { log: new Notes() });
    assert.deepEqual(
      results.map(({ hook, ok }) => `${hook} ${ok}`),
      ['a false', 'gone false', 'b true'],
    );
  });

  test('calls only hooks of its type', async (t) => {
    const hook = await receiver(t, (response) => response.end());
    const webhooks = [webhook('a', 'pre-rollout', hook.url), webhook('b', 'rollout', hook.url)];
    const round = await callRound({ type: 'rollout', webhooks, subject }, { log: new Notes() });
    assert.deepEqual(answers(round), [{ hook: 'b', ok: true, status: 200, attempts: 1 }]);
    const none = await callRound({ type: 'confirm-promotion', webhooks, subject }, { log: new Notes() });
    assert.deepEqual(none.results, []);
    assert.equal(hook.received.length, 1);
  });

  test('sends the payload, with the metadata of the hook and of the event', async (t) => {
    const hook = await receiver(t, (response) => response.end());
    const metadata = { team: 'shop' };
    const round: Round = {
      type: 'event',
      webhooks: [webhook('a', 'event', hook.url, { metadata })],
      subject,
      event: { message: 'Promotion completed!', type: 'Normal', at: 5 },
    };
    await callRound(round, { log: new Notes(), idempotencyKey: ({ name }) => `run/${name}` });
    const [request] = hook.received;
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      ...subject,
      metadata: { eventMessage: 'Promotion completed!', eventType: 'Normal', timestamp: '5', team: 'shop' },
    });
    assert.equal(request?.headers['idempotency-key'], 'run/a');
  });

  test("uses the hook's own retries", async (t) => {
    const hook = await receiver(t, (response, nth) => response.writeHead(nth < 3 ? 500 : 200).end());
    const webhooks = [webhook('a', 'rollout', hook.url, { retries: 2 })];
    const round = await callRound({ type: 'rollout', webhooks, subject }, { log: new Notes(), ...impatient() });
    assert.deepEqual(answers(round), [{ hook: 'a', ok: true, status: 200, attempts: 3 }]);
    assert.equal(hook.received.length, 3);
  });

  test('is noted without what was sent or answered', async (t) => {
    const hook = await receiver(t, (response) => response.writeHead(403).end('hidden'));
    const log = new Notes();
    const url = `http://me:hidden@127.0.0.1:${hook.port}/?token=hidden`;
    const webhooks = [webhook('a', 'rollout', url, { metadata: { password: 'hidden' } })];
    await callRound({ type: 'rollout', webhooks, subject }, { log });
    assert.equal(log.lines.length, 1);
    const line = JSON.parse(log.lines[0] ?? '') as Record<string, unknown>;
    assert.equal(typeof line['tookMs'], 'number');
    const { tookMs: _, ...rest } = line;
    const expected = { canary: 'podinfo.test', hook: 'a', type: 'rollout', ok: false, status: 403, attempts: 1 };
    assert.deepEqual(rest, { ...expected, message: 'webhook called' });
    assert.doesNotMatch(log.lines[0] ?? '', /hidden/);
  });

  test('ends with what it was aborted with', async (t) => {
    const hook = await receiver(t, () => controller.abort(new Error('cancelled')));
    const controller = new AbortController();
    const webhooks = [webhook('a', 'rollback', hook.url), webhook('b', 'rollback', hook.url)];
    const round = callRound({ type: 'rollback', webhooks, subject }, { log: new Notes(), signal: controller.signal });
    await assert.rejects(round, /cancelled/);
    assert.equal(hook.received.length, 1);
  });
});
