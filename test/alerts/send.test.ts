import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, test } from 'node:test';
import { sendAlert, type SendOptions } from '../../src/alerts/send.js';
import { lark } from '../../src/alerts/lark.js';
import { receiver } from '../harness/http/receiver.js';

const OPTIONS: SendOptions = {
  proxy: undefined,
  complaint: undefined,
  idempotencyKey: 'key-1',
  signal: new AbortController().signal,
};

const send = (url: string, options: Partial<SendOptions> = {}, headers?: Record<string, string>) =>
  sendAlert({ url, body: { text: 'hello – ü' }, ...(headers ? { headers } : {}) }, { ...OPTIONS, ...options });

describe('a message', () => {
  test('is posted as JSON, with a key by which a repetition is known', async (t) => {
    const { url, received } = await receiver(t, (response) => response.writeHead(200).end('ok'));
    assert.deepEqual(await send(`${url}/services/secret`, {}, { Authorization: 'Bearer t' }), { ok: true });
    const [request] = received;
    assert.deepEqual(
      [request?.method, request?.url, request?.body],
      ['POST', '/services/secret', '{"text":"hello – ü"}'],
    );
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.equal(request?.headers['idempotency-key'], 'key-1');
    assert.equal(request?.headers['authorization'], 'Bearer t');
  });

  for (const status of [200, 201, 202, 204]) {
    test(`${status} is a success`, async (t) => {
      const { url } = await receiver(t, (response) => response.writeHead(status).end());
      assert.deepEqual(await send(url), { ok: true });
    });
  }

  for (const [status, mayPass] of [
    [400, false],
    [403, false],
    [404, false],
    [410, false],
    [408, true],
    [429, true],
    [500, true],
    [501, false],
    [503, true],
  ] as const) {
    test(`${status} ${mayPass ? 'may pass' : 'is final'}, and only the host is reported`, async (t) => {
      const { url, port } = await receiver(t, (response) => response.writeHead(status).end('invalid_token T0secret'));
      const sent = await send(`${url}/services/T0secret`);
      assert.deepEqual(sent, { ok: false, error: `127.0.0.1:${port} answered with status ${status}`, mayPass });
    });
  }

  test('how long to wait is the receiver’s word', async (t) => {
    const { url } = await receiver(t, (response) => response.writeHead(429, { 'retry-after': '7' }).end());
    const sent = await send(url);
    assert.ok(!sent.ok);
    assert.equal(sent.retryAfterMs, 7_000);
  });

  test('a service may say in the body that it has failed', async (t) => {
    const { url } = await receiver(t, (response) => response.writeHead(200).end('{"code":19021}'));
    assert.deepEqual(await send(url, { complaint: lark.complaint }), {
      ok: false,
      error: 'Lark answered with code 19021',
      mayPass: false,
    });
  });

  test('a service may name the conversation that a message is in, once it was taken', async (t) => {
    const { url } = await receiver(t, (response, nth) => response.writeHead(nth === 1 ? 200 : 400).end('thread 7'));
    const thread = (body: string): string | undefined => /\d/.exec(body)?.[0];
    assert.deepEqual(await send(url, { thread }), { ok: true, thread: '7' });
    assert.equal((await send(url, { thread })).ok, false);
  });

  test('nobody there: it may pass, and the path is not told', async () => {
    const { url, port } = await closedPort();
    const sent = await send(`${url}/services/T0secret?token=T1secret`);
    assert.deepEqual(sent, { ok: false, error: `127.0.0.1:${port}: ECONNREFUSED`, mayPass: true });
  });

  test('an address that is none', async () => {
    const sent = await send('hunter2');
    assert.deepEqual(sent, { ok: false, error: 'the address is not an http or https URL', mayPass: false });
  });

  test('no answer within 5 seconds may pass', async (t) => {
    const { url } = await receiver(t, () => undefined);
    const began = Date.now();
    const sent = await send(url);
    assert.ok(!sent.ok && sent.mayPass);
    assert.ok(Date.now() - began < 8_000, `${Date.now() - began} ms`);
  });

  test('a worker that is told to stop does not wait', async (t) => {
    const { url } = await receiver(t, () => undefined);
    const stop = new AbortController();
    const sent = send(url, { signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(sent, { name: 'AbortError' });
  });
});

describe('a proxy', () => {
  test('is asked for the whole URL where that is http', async (t) => {
    const { url, received } = await receiver(t, (response) => response.writeHead(200).end());
    const proxy = url.replace('http://', 'http://bird:secret@');
    assert.deepEqual(await send('http://hooks.example.org/services/x', { proxy }), { ok: true });
    assert.equal(received[0]?.url, 'http://hooks.example.org/services/x');
    assert.equal(received[0]?.headers['proxy-authorization'], `Basic ${Buffer.from('bird:secret').toString('base64')}`);
  });

  test('is asked for a tunnel where that is https, so that it sees nothing of the message', async (t) => {
    const asked: string[] = [];
    const server = createServer();
    server.on('connect', (request, socket: Socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const sent = await send('https://hooks.example.org/services/x', { proxy: `http://127.0.0.1:${port}` });
    assert.deepEqual(asked, ['hooks.example.org:443']);
    assert.ok(!sent.ok);
  });
});

/** A port at which nobody listens. */
async function closedPort(): Promise<{ url: string; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return { url: `http://127.0.0.1:${port}`, port };
}
