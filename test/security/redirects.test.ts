import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { sendAlert } from '../../src/alerts/send.js';
import { kindOf, reasonIn } from '../../src/http/answers.js';
import { ask } from '../../src/metrics/http/http.js';
import { createProvider } from '../../src/metrics/registry.js';
import { withinHost } from '../../src/http/redirects.js';
import { callWebhook } from '../../src/webhooks/call.js';

/** What a cloud's metadata service has for whoever asks it from the machine. */
const KEYS = JSON.stringify({
  Code: 'Success',
  AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  Token: 'IQoJb3JpZ2luX2VjEHUaCXVzLWVhc3QtMSJHMEUCIQ',
});
const LEAKS = ['ASIA', 'wJalr', 'IQoJ', 'AccessKey'];

interface Serving {
  readonly url: string;
  readonly asked: string[];
}

async function serving(t: TestContext, answer: (response: ServerResponse) => void): Promise<Serving> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const never = new AbortController().signal;
const metadata = (t: TestContext): Promise<Serving> => serving(t, (response) => response.end(KEYS));
const webhook = (url: string) => ({ url, body: '{}', timeoutMs: 5_000, retries: 0, disableTLS: false });
const alert = (url: string) =>
  sendAlert({ url, body: {} }, { proxy: undefined, complaint: undefined, idempotencyKey: 'k', signal: never });
const metric = (url: string): Promise<unknown> =>
  ask({ url: new URL(url), headers: {}, secrets: [] }, never).then(
    () => undefined,
    (error: unknown) => error,
  );

function tellsNothing(said: unknown): void {
  const text = said instanceof Error ? said.message : JSON.stringify(said);
  for (const leak of LEAKS) assert.ok(!text.includes(leak), text);
}

describe('a redirect to another host', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`is followed by nothing that goes out: ${status}`, async (t) => {
      const inside = await metadata(t);
      const outside = await serving(t, (response) =>
        response.writeHead(status, { location: `${inside.url}/latest/meta-data/iam/security-credentials/node` }).end(),
      );
      const called = await callWebhook(webhook(outside.url));
      assert.equal(called.ok, false);
      tellsNothing(called);
      const sent = await alert(outside.url);
      assert.equal(sent.ok, false);
      tellsNothing(sent);
      const failure = await metric(outside.url);
      assert.ok(failure instanceof Error);
      tellsNothing(failure);
      assert.deepEqual(inside.asked, []);
    });
  }

  test('is another port, another scheme, and another name of the same address too', () => {
    const follow = withinHost(new URL('http://gate.shop:8080/a'));
    follow({ protocol: 'http:', hostname: 'gate.shop', port: '8080' });
    for (const next of [
      { protocol: 'http:', hostname: 'gate.shop', port: '2379' },
      { protocol: 'https:', hostname: 'gate.shop', port: '8080' },
      { protocol: 'http:', hostname: '169.254.169.254', port: '80' },
      { protocol: 'http:', hostname: 'gate.shop.evil.example', port: '8080' },
      { protocol: 'http:', hostname: '::1', port: '8080' },
    ]) {
      assert.throws(() => follow(next), /redirect to another host/, JSON.stringify(next));
    }
    const plain = withinHost(new URL('http://gate.example/a'));
    plain({ protocol: 'https:', hostname: 'gate.example', port: '' });
    assert.throws(() => withinHost(new URL('https://gate.example/'))({ protocol: 'http:', hostname: 'gate.example' }));
  });
});

describe('what an address has that isn’t meant for us', () => {
  test('is shown to nobody where it is asked for values', async (t) => {
    const inside = await metadata(t);
    const provider = createProvider({
      provider: {
        type: 'prometheus',
        address: inside.url,
        headers: {},
        secretRef: undefined,
        region: undefined,
        insecureSkipVerify: false,
      },
    });
    await assert.rejects(provider.query('up', never), (error: Error) => {
      assert.match(error.message, /this is no answer of a Prometheus: \d+ bytes of JSON/);
      tellsNothing(error);
      return true;
    });
  });

  for (const status of [400, 401, 403, 404, 500]) {
    test(`is shown to nobody where the answer is a failure: ${status}`, async (t) => {
      const inside = await serving(t, (response) => response.writeHead(status).end(KEYS));
      tellsNothing(await callWebhook(webhook(inside.url)));
      tellsNothing(await alert(inside.url));
      tellsNothing(await metric(inside.url));
    });
  }
});

describe('the reason in an answer', () => {
  const table: readonly (readonly [string, string])[] = [
    ['Forbidden', 'Forbidden'],
    ['{"status":"error","errorType":"bad_data","error":"parse error at char 5"}', 'parse error at char 5'],
    ['{"error":{"code":7,"message":"no such table"}}', 'no such table'],
    ['{"errors":["quota is used up"]}', 'quota is used up'],
    ['<Error><Code>AccessDenied</Code><Message>not you</Message></Error>', 'AccessDenied: not you'],
    ['<html><body>internal page</body></html>', ''],
    [KEYS, ''],
    ['["a","b"]', ''],
    ['{"a": 1', ''],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE', ''],
    ['aws_secret_access_key = abc', ''],
    ['password: hunter2', ''],
    ['ASIAIOSFODNN7EXAMPLE', '***'],
    ['bad key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY here', 'bad key *** here'],
    ['', ''],
  ];
  for (const [body, reason] of table) test(body.slice(0, 60) || 'nothing', () => assert.equal(reasonIn(body), reason));

  test('of what isn’t understood only the kind is said', () => {
    assert.deepEqual(['', '{}', 'hello', '<html>'].map(kindOf), [
      'nothing',
      '2 bytes of JSON',
      '5 bytes of text',
      '6 bytes of markup',
    ]);
  });
});
