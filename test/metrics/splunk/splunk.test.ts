import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { NoValuesFound, ProviderError, QueryRefused } from '../../../src/metrics/errors.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { readMessage } from '../../../src/metrics/splunk/messages.js';
import { addressesOf } from '../../../src/metrics/splunk/splunk.js';
import { testProviderContract } from '../provider-contract.js';
import { json, never, serveVendor, type Answer, type Conversation } from '../../harness/http/server.js';
import { computation, dataMessage, doubles, executeSchema, splunk, TOKEN } from './vendor.js';
import { MINUTE, NOW, provider } from '../template.js';

testProviderContract(splunk);

async function asking(t: TestContext, answer: Answer | Conversation, more: object = {}) {
  const { url, asked } = await serveVendor(t, () => answer);
  const options = { credentials: { sf_token_key: TOKEN }, interval: MINUTE, now: () => NOW, ...more };
  return { asked, opened: createProvider({ provider: provider(url, { type: 'splunk' }), ...options }) };
}

describe('splunk', () => {
  for (const [what, more, milliseconds] of [
    ['ten intervals', {}, 600_000],
    ['the time since the weight changed', { notBefore: NOW - 45_000 }, 45_000],
  ] as const) {
    test(`looks back ${what}, at once`, async (t) => {
      const { asked, opened } = await asking(t, computation(...doubles(1)), more);
      await opened.query('data("x").publish()', never);
      const [, execute] = asked[0]?.messages ?? [];
      const { start, stop, immediate } = executeSchema.parse(JSON.parse(execute ?? ''));
      assert.deepEqual({ start, stop, immediate }, { start: NOW - milliseconds, stop: NOW, immediate: true });
    });
  }

  const values: readonly (readonly [string, readonly (Buffer | object)[], number])[] = [
    ['a long', [dataMessage([{ type: 'long', value: -7 }])], -7],
    ['an int', [dataMessage([{ type: 'int', value: -7 }])], -7],
    ['the last of a message', [dataMessage([2, 4].map((value) => ({ type: 'double', value })))], 4],
    ['nulls are passed over', [...doubles(3), dataMessage([{ type: 'null', value: 0 }])], 3],
    ['of a compressed message', [dataMessage([{ type: 'double', value: 2.5 }], { flags: 1, wrap: gzipSync })], 2.5],
    ['among messages that nobody knows', [{ type: 'event', tsId: 'x' }, ...doubles(8), { type: 'expired-tsid' }], 8],
  ];
  for (const [what, said, expected] of values) {
    test(what, async (t) => {
      const { opened } = await asking(t, computation(...said));
      assert.equal(await opened.query('x', never), expected);
    });
  }

  const two = dataMessage([1n, 2n].map((series) => ({ type: 'double', series, value: 1 })));
  const hangingUp: Conversation = { converse: (socket) => socket.close(1011, 'sorry') };
  const errors: readonly (readonly [string, Answer | Conversation, new (...args: never[]) => Error, RegExp])[] = [
    ['two time series', computation(two), QueryRefused, /^query returned multiple values$/],
    ['nothing but nulls', computation(dataMessage([{ type: 'null', value: 0 }])), NoValuesFound, /^no values found$/],
    [
      'a computation that is aborted',
      computation({ type: 'control-message', event: 'CHANNEL_ABORT', abortInfo: { sf_job_abortReason: 'too big' } }),
      QueryRefused,
      /^error executing query: .*too big/,
    ],
    ['a connection that ends too early', hangingUp, ProviderError, /closed the connection before the end/],
    [
      'half a binary message',
      computation(dataMessage(two.length > 0 ? [{ type: 'int', value: 1 }] : []).subarray(0, 40)),
      ProviderError,
      /^this is no answer of SignalFlow: /,
    ],
    [
      'a text that is no JSON',
      { converse: (socket) => socket.send('hello') },
      ProviderError,
      /no answer of SignalFlow: 5 bytes of text$/,
    ],
    ['a message beyond all bounds', computation(Buffer.alloc(9_000_000)), ProviderError, /Max payload size exceeded/],
    [
      'a bomb',
      computation(dataMessage([], { flags: 1, wrap: () => gzipSync(Buffer.alloc(20_000_000)) })),
      ProviderError,
      /no answer of SignalFlow/,
    ],
    [
      'a server that doesn’t talk over WebSocket',
      json(404, { message: 'nothing here' }),
      ProviderError,
      /Status 404 .*nothing here/,
    ],
  ];
  for (const [what, answer, kind, message] of errors) {
    test(what, async (t) => {
      const { opened } = await asking(t, answer);
      await assert.rejects(opened.query('x', never), (error: Error) => {
        assert.ok(error instanceof kind, `${error.name}: ${error.message}`);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('a token that is refused is reported, and is nothing the canary is to blame for', async (t) => {
    const { opened } = await asking(t, computation(), { credentials: { sf_token_key: 'hush-hush' } });
    await assert.rejects(opened.query('x', never), (error: Error) => {
      assert.ok(error instanceof ProviderError);
      assert.match(error.message, /Invalid auth token/);
      assert.doesNotMatch(error.message, /hush/);
      return true;
    });
  });

  test('a JSON message in binary', () => {
    const message = Buffer.concat([
      Buffer.alloc(20),
      Buffer.from('{"type":"control-message","event":"END_OF_CHANNEL"}'),
    ]);
    message.writeUInt8(2, 2);
    assert.deepEqual(readMessage(message, true, 1_000), { is: 'end' });
  });

  const addresses: readonly (readonly [string, string, string])[] = [
    [
      'https://api.us1.signalfx.com',
      'wss://stream.us1.signalfx.com/v2/signalflow/connect',
      'https://api.us1.signalfx.com/v2/metric?limit=1',
    ],
    [
      'https://stream.eu0.signalfx.com/',
      'wss://stream.eu0.signalfx.com/v2/signalflow/connect',
      'https://api.eu0.signalfx.com/v2/metric?limit=1',
    ],
    [
      'http://signalfx.proxy:8080/sfx',
      'ws://signalfx.proxy:8080/sfx/v2/signalflow/connect',
      'http://signalfx.proxy:8080/sfx/v2/metric?limit=1',
    ],
  ];
  for (const [address, stream, api] of addresses) {
    test(`${address}: ${stream}`, () => {
      const found = addressesOf(new URL(address));
      assert.deepEqual([found.stream.href, found.api.href], [stream, api]);
    });
  }
});
