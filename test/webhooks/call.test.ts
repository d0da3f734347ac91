import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { callWebhook, type WebhookCall } from '../../src/webhooks/call.js';
import { impatient, receiver } from '../harness/http/receiver.js';

const call = (url: string, more: Partial<WebhookCall> = {}): WebhookCall => ({
  url,
  body: '{"name":"podinfo"}',
  timeoutMs: 2_000,
  retries: 0,
  disableTLS: false,
  ...more,
});

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Sets variables for one test; the environment is read at each call. */
function environment(t: TestContext, variables: Record<string, string>): void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

describe('one call', () => {
  test('posts the body as JSON, without credentials of ours', async (t) => {
    const hook = await receiver(t, (response) => response.end());
    assert.deepEqual(await callWebhook(call(`${hook.url}/a?b=c`)), { ok: true, status: 200, attempts: 1 });
    const [request] = hook.received;
    assert.equal(request?.method, 'POST');
    assert.equal(request?.url, '/a?b=c');
    assert.equal(request?.body, '{"name":"podinfo"}');
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.equal(request?.headers.authorization, undefined);
    assert.equal(request?.headers['idempotency-key'], undefined);
  });

  for (const status of [200, 201, 202, 203, 204, 206]) {
    test(`${status} is a success`, async (t) => {
      const hook = await receiver(t, (response) => response.writeHead(status).end());
      assert.deepEqual(await callWebhook(call(hook.url)), { ok: true, status, attempts: 1 });
    });
  }

  test('what the URL keeps secret is in no error, however it is repeated', async (t) => {
    const texts = [
      'hunter2!x is no password',
      'Basic bWU6aHVudGVyMiF4 is refused',
      'token=se/cret9 has ended',
      JSON.stringify({ message: 'unknown se%2Fcret9 and hunter2!x' }),
    ];
    for (const text of texts) {
      const hook = await receiver(t, (response) => response.writeHead(400).end(text));
      const { host } = new URL(hook.url);
      const outcome = await callWebhook(call(`http://me:hunter2!x@${host}/a?token=se%2Fcret9&dry=true`));
      assert.ok(!outcome.ok);
      assert.match(outcome.error, /\*\*\*/);
      assert.doesNotMatch(outcome.error, /hunter2|cret9|bWU6/);
    }
    const hook = await receiver(t, (response) => response.writeHead(400).end('podinfo isn’t ready'));
    const outcome = await callWebhook(call(`${hook.url}/a?canary=podinfo`));
    assert.ok(!outcome.ok && outcome.error === 'podinfo isn’t ready');
  });

  test("the error is the response's body", async (t) => {
    const hook = await receiver(t, (response) => response.writeHead(403).end('Forbidden\n'));
    const outcome = await callWebhook(call(hook.url, { retries: 3 }), impatient());
    assert.deepEqual(outcome, { ok: false, error: 'Forbidden', status: 403, attempts: 1 });
  });

  test('a long body is cut, an empty one replaced', async (t) => {
    const hook = await receiver(t, (response, _nth, { url }) =>
      response.writeHead(400).end(url === '/long' ? 'x'.repeat(200_000) : ''),
    );
    const long = await callWebhook(call(`${hook.url}/long`));
    assert.equal(long.ok ? '' : long.error, `${'x'.repeat(500)}…`);
    const empty = await callWebhook(call(`${hook.url}/empty?token=hidden`));
    assert.equal(empty.ok ? '' : empty.error, `POST ${hook.url}/empty answered with status 400`);
  });

  test('of JSON in an answer the reason is shown, and nothing else', async (t) => {
    const hook = await receiver(t, (response) =>
      response.writeHead(422, { 'content-type': 'application/json' }).end('{"a": 1, "message": "two tests failed"}'),
    );
    const outcome = await callWebhook(call(hook.url));
    assert.equal(outcome.ok ? '' : outcome.error, 'two tests failed');
  });

  test('the idempotency key is the same on every attempt', async (t) => {
    const hook = await receiver(t, (response, nth) => response.writeHead(nth < 3 ? 500 : 200).end());
    await callWebhook(call(hook.url, { retries: 5, idempotencyKey: 'run-1/7' }), impatient());
    assert.deepEqual(
      hook.received.map(({ headers }) => headers['idempotency-key']),
      ['run-1/7', 'run-1/7', 'run-1/7'],
    );
  });

  test('user-info in the URL is basic authentication, and is never shown', async (t) => {
    const hook = await receiver(t, (response) => response.writeHead(500).end());
    const outcome = await callWebhook(call(`http://me:hidden@127.0.0.1:${hook.port}/x?token=hidden`));
    assert.equal(hook.received[0]?.headers.authorization, `Basic ${Buffer.from('me:hidden').toString('base64')}`);
    assert.equal(outcome.ok ? '' : outcome.error, `POST ${hook.url}/x giving up after 1 attempt(s)`);
  });

  test('redirects are followed; a 307 repeats the POST', async (t) => {
    const hook = await receiver(t, (response, _nth, { url }) => {
      if (url === '/end') response.end();
      else response.writeHead(307, { location: '/end' }).end();
    });
    assert.equal((await callWebhook(call(`${hook.url}/start`))).ok, true);
    assert.deepEqual(
      hook.received.map(({ method, url, body }) => `${method} ${url} ${body}`),
      ['POST /start {"name":"podinfo"}', 'POST /end {"name":"podinfo"}'],
    );
  });

  test('a redirect that never ends is not tried again', async (t) => {
    const hook = await receiver(t, (response) => response.writeHead(307, { location: '/' }).end());
    const outcome = await callWebhook(call(hook.url, { retries: 2 }), impatient());
    assert.equal(outcome.attempts, 1);
    assert.match(outcome.ok ? '' : outcome.error, /redirects/);
  });

  for (const url of ['ftp://example.org/', 'nonsense', '']) {
    test(`${url || 'an empty text'} is not called`, async () => {
      const outcome = await callWebhook(call(url, { retries: 5 }));
      assert.deepEqual(outcome, {
        ok: false,
        error: 'the url is not an http or https URL',
        status: undefined,
        attempts: 0,
      });
    });
  }
});

describe('attempts', () => {
  test('5xx and 429 are asked again until they succeed', async (t) => {
    const statuses = [500, 429, 503, 200];
    const hook = await receiver(t, (response, nth) => response.writeHead(statuses[nth - 1] ?? 500).end());
    const room = impatient();
    assert.deepEqual(await callWebhook(call(hook.url, { retries: 3 }), room), { ok: true, status: 200, attempts: 4 });
    assert.deepEqual(room.waits, [1_000, 2_000, 4_000]);
  });

  test('the last 5xx is given up on', async (t) => {
    const hook = await receiver(t, (response) => response.writeHead(502).end('bad gateway'));
    const outcome = await callWebhook(call(`${hook.url}/gate/check`, { retries: 2 }), impatient());
    const error = `POST ${hook.url}/gate/check giving up after 3 attempt(s)`;
    assert.deepEqual(outcome, { ok: false, error, status: 502, attempts: 3 });
    assert.equal(hook.received.length, 3);
  });

  test('501 is final', async (t) => {
    const hook = await receiver(t, (response) => response.writeHead(501).end('never heard of it'));
    const outcome = await callWebhook(call(hook.url, { retries: 2 }), impatient());
    assert.deepEqual(outcome, { ok: false, error: 'never heard of it', status: 501, attempts: 1 });
  });

  test('Retry-After is honoured', async (t) => {
    const hook = await receiver(t, (response, nth) => {
      if (nth === 1) response.writeHead(429, { 'retry-after': '17' }).end();
      else response.end();
    });
    const room = impatient();
    await callWebhook(call(hook.url, { retries: 1 }), room);
    assert.deepEqual(room.waits, [17_000]);
  });

  test('connection errors are tried again', async () => {
    const room = impatient();
    const outcome = await callWebhook(call(`http://127.0.0.1:${await closedPort()}/`, { retries: 2 }), room);
    assert.equal(outcome.attempts, 3);
    assert.match(
      outcome.ok ? '' : outcome.error,
      /^POST http:\/\/127\.0\.0\.1:\d+\/ giving up after 3 attempt\(s\): .*ECONNREFUSED/,
    );
    assert.deepEqual(room.waits, [1_000, 2_000]);
  });

  test('a connection that breaks off is a connection error', async (t) => {
    const hook = await receiver(t, (response, nth) => {
      if (nth === 1) response.writeHead(200, { 'content-length': '100' }).write('half');
      if (nth === 1) setImmediate(() => response.destroy());
      else response.end('whole');
    });
    assert.deepEqual(await callWebhook(call(hook.url, { retries: 1 }), impatient()), {
      ok: true,
      status: 200,
      attempts: 2,
    });
  });

  test('the timeout is for each attempt, its answer included', async (t) => {
    const hook = await receiver(t, (response, nth) => {
      if (nth === 2) response.write('half an answer');
      if (nth === 3) response.end();
    });
    const started = performance.now();
    const outcome = await callWebhook(call(hook.url, { timeoutMs: 300, retries: 2 }), impatient());
    const took = performance.now() - started;
    assert.deepEqual(outcome, { ok: true, status: 200, attempts: 3 });
    assert.ok(took >= 590 && took < 20_000, `took ${took} ms`);
  });

  test('a timeout says so', async (t) => {
    const hook = await receiver(t, () => undefined);
    const outcome = await callWebhook(call(hook.url, { timeoutMs: 50 }));
    assert.equal(
      outcome.ok ? '' : outcome.error,
      `POST ${hook.url}/ giving up after 1 attempt(s): no answer within 0.05s`,
    );
  });
});

describe('an abort', () => {
  const reason = new Error('the release was cancelled');

  /** Aborts some milliseconds after the hook has been called, long before the work would end by itself. */
  async function endsSoon(
    hook: { readonly received: readonly unknown[] },
    work: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    const controller = new AbortController();
    const ended = assert.rejects(work(controller.signal), (error) => error === reason);
    while (hook.received.length === 0) await Promise.race([sleep(5), ended]);
    await sleep(40);
    const abortedAt = performance.now();
    controller.abort(reason);
    await ended;
    assert.ok(performance.now() - abortedAt < 5_000);
  }

  test('ends an attempt that waits for its answer', async (t) => {
    const hook = await receiver(t, () => undefined);
    await endsSoon(hook, (signal) => callWebhook(call(hook.url, { timeoutMs: 30_000, retries: 3 }), { signal }));
    assert.equal(hook.received.length, 1);
  });

  test('ends an attempt that reads its answer', async (t) => {
    const hook = await receiver(t, (response) => void response.write('half an answer'));
    await endsSoon(hook, (signal) => callWebhook(call(hook.url, { timeoutMs: 30_000 }), { signal }));
  });

  test('ends the wait between two attempts', async (t) => {
    const hook = await receiver(t, (response) => response.writeHead(503, { 'retry-after': '100' }).end());
    await endsSoon(hook, (signal) => callWebhook(call(hook.url, { retries: 3 }), { signal }));
    assert.equal(hook.received.length, 1);
  });

  test('that came before means no call', async (t) => {
    const hook = await receiver(t, (response) => response.end());
    await assert.rejects(
      callWebhook(call(hook.url), { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    assert.equal(hook.received.length, 0);
  });
});

describe('proxies', () => {
  test('HTTP_PROXY gets the absolute URL; NO_PROXY goes around it', async (t) => {
    const proxy = await receiver(t, (response) => response.end());
    const hook = await receiver(t, (response) => response.end());
    environment(t, { http_proxy: proxy.url, HTTP_PROXY: proxy.url, no_proxy: '127.0.0.1', NO_PROXY: '127.0.0.1' });
    assert.equal((await callWebhook(call('http://flagger-loadtester.test/gate/check'))).ok, true);
    assert.equal((await callWebhook(call(hook.url))).ok, true);
    assert.deepEqual(
      proxy.received.map(({ url, headers }) => [url, headers.host]),
      [['http://flagger-loadtester.test/gate/check', 'flagger-loadtester.test']],
    );
    assert.equal(hook.received.length, 1);
  });
});
