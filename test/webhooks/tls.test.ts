import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { callWebhook, type WebhookCall } from '../../src/webhooks/call.js';
import { impatient } from '../harness/http/receiver.js';
import { selfSigned } from '../harness/http/self-signed.js';

async function serve(t: TestContext): Promise<WebhookCall> {
  const server = createServer(selfSigned('127.0.0.1'), (_request, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/`, body: '{}', timeoutMs: 2_000, retries: 2, disableTLS: false };
}

describe('a certificate that nobody vouches for', () => {
  test('is refused, once and for all', async (t) => {
    const outcome = await callWebhook(await serve(t), impatient());
    assert.equal(outcome.attempts, 1);
    assert.match(outcome.ok ? '' : outcome.error, /giving up after 1 attempt\(s\): .*self.signed/);
  });

  test('is taken with disableTLS', async (t) => {
    const outcome = await callWebhook({ ...(await serve(t)), disableTLS: true }, impatient());
    assert.deepEqual(outcome, { ok: true, status: 200, attempts: 1 });
  });
});
