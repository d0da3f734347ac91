import { z } from 'zod';
import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer, type Asked, type Conversation } from '../../harness/http/server.js';
import { create, NOW } from '../template.js';

export const TOKEN = 'zQ7-token-that-nobody-may-see';

export const executeSchema = z.object({
  type: z.literal('execute'),
  channel: z.string().max(16),
  program: z.string(),
  start: z.int(),
  stop: z.int(),
  immediate: z.boolean(),
});

/** A time series' value, in the binary encoding: its type, its id, and eight bytes. */
export interface Element {
  readonly type: 'null' | 'long' | 'double' | 'int';
  readonly series?: bigint;
  readonly value: number;
}

const TYPES = ['null', 'long', 'double', 'int'];

/** A data message: 20 bytes of header, time, number of elements, elements. */
export function dataMessage(
  elements: readonly Element[],
  { flags = 0, wrap = (content: Buffer) => content } = {},
): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(1, 0);
  header.writeUInt8(5, 1);
  header.writeUInt8(flags, 2);
  header.write('serinus', 4);
  const content = Buffer.alloc(12 + 17 * elements.length);
  content.writeBigUInt64BE(BigInt(NOW), 0);
  content.writeUInt32BE(elements.length, 8);
  for (const [index, { type, series = 1n, value }] of elements.entries()) {
    const at = 12 + 17 * index;
    content.writeUInt8(TYPES.indexOf(type), at);
    content.writeBigUInt64BE(series, at + 1);
    if (type === 'long') content.writeBigInt64BE(BigInt(value), at + 9);
    if (type === 'double') content.writeDoubleBE(value, at + 9);
    if (type === 'int') content.writeInt32BE(value, at + 9);
  }
  return Buffer.concat([header, wrap(content)]);
}

export const doubles = (...values: readonly number[]) =>
  values.map((value) => dataMessage([{ type: 'double', value }]));

/**
 * Lets the right token in, starts the program, says what it has to say, and ends the channel.
 *
 * @param said texts and binary messages in between
 */
export function computation(...said: readonly (Buffer | object)[]): Conversation {
  return {
    converse: (socket) => {
      let authenticated = false;
      socket.on('message', (data: Buffer) => {
        const message: unknown = JSON.parse(data.toString('utf8'));
        const tell = (answer: object) => socket.send(JSON.stringify(answer));
        if (!authenticated) {
          authenticated = z
            .object({ type: z.literal('authenticate'), token: z.literal(TOKEN) })
            .safeParse(message).success;
          if (authenticated) return tell({ type: 'authenticated', orgId: 'O1', userId: 'U1' });
          tell({ type: 'error', message: 'Invalid auth token' });
          return socket.close();
        }
        const { channel } = executeSchema.parse(message);
        tell({ type: 'control-message', channel, event: 'STREAM_START', timestampMs: NOW });
        tell({ type: 'control-message', channel, event: 'JOB_START', handle: 'h1', timestampMs: NOW });
        tell({ type: 'message', channel, message: { messageCode: 'JOB_RUNNING_RESOLUTION' }, logicalTimestampMs: NOW });
        tell({ type: 'metadata', channel, tsId: 'AAAAAAAAAAE', properties: {} });
        for (const one of said) {
          if (Buffer.isBuffer(one)) socket.send(one);
          else tell({ channel, ...one });
        }
        tell({ type: 'control-message', channel, event: 'END_OF_CHANNEL', timestampMs: NOW });
      });
    },
  };
}

function answer(scenario: Scenario): Conversation | Answer {
  switch (scenario.is) {
    case 'values':
      return computation(...doubles(...scenario.values));
    case 'empty':
      return computation();
    case 'not a number':
      return computation(...doubles(NaN));
    case 'server error':
      return { status: 503, body: 'Service Unavailable' };
    case 'bad query':
      return computation({
        type: 'error',
        error: 400,
        errorType: 'ANALYTICS_PROGRAM_NAME_ERROR',
        message: 'Unknown name: dat',
      });
  }
}

function programIn({ messages }: Asked): unknown {
  const executed = messages.map((text) => executeSchema.safeParse(JSON.parse(text))).find(({ success }) => success);
  return executed?.data?.program;
}

/**
 * Splunk Observability Cloud, as its reference has SignalFlow over WebSocket (`/v2/signalflow/connect`): authentication
 * and execution by JSON messages, data in the binary encoding, and the API for metrics.
 *
 * @see https://dev.splunk.com/observability/reference/api/signalflow/latest
 * @see https://dev.splunk.com/observability/docs/signalflow/messages/stream_messages_specification
 */
export const splunk: ContractSubject = {
  name: 'splunk',
  credentials: { sf_token_key: TOKEN },
  secrets: [TOKEN],
  query: "data('errors').sum().publish()",
  awkwardQuery: 'A = data(\'a+b%41&c=d#?/ö\', filter("x", "y"))\nA.publish()',
  create: (given) => create('splunk', given),
  answer: (scenario, { url }) =>
    url.pathname === '/v2/signalflow/connect' ? answer(scenario) : { status: 404, body: 'not found' },
  complaint: 'Unknown name: dat',
  online: ({ url }) =>
    `${url.pathname}${url.search}` === '/v2/metric?limit=1'
      ? json(200, { count: 1, results: [{ name: 'errors', type: 'GAUGE' }] })
      : { status: 404, body: 'not the probe' },
  queryIn: programIn,
  isAuthorized: () => true,
  unauthorized: json(401, { message: 'Unauthorized', code: 401 }),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  withoutAddress: /^splunk address is not a valid URL: set spec\.provider\.address of the template to one such as/,
};
