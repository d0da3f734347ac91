import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import { notUnderstood } from '../http/answer.js';
import { ProviderError, QueryRefused } from '../errors.js';
import type { Headers } from '../http/headers.js';
import { excerpt } from '../../http/shown.js';
import { failureOf, MAX_ANSWER_BYTES, unanswered } from '../http/http.js';
import { readMessage, type DataPoint } from './messages.js';

/** A SignalFlow program, where it runs and its time span. */
export interface Execution {
  readonly url: URL;
  readonly headers: Headers;
  readonly insecureSkipVerify: boolean;
  readonly token: string;
  readonly program: string;
  /** Both in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Must not appear in messages. */
  readonly secrets: readonly string[];
}

const CHANNEL = 'serinus';
const NAME = 'SignalFlow';
/** Most bytes read of the answer to a refused connection. */
const MAX_COMPLAINT_BYTES = 64 * 1024;

/**
 * Runs a program over a WebSocket connection of its own; the program ends with the connection.
 *
 * @returns the points without nulls, in the order of arrival
 * @throws QueryRefused, ProviderError; anything where `signal` was aborted
 */
export function execute(execution: Execution, signal: AbortSignal): Promise<readonly DataPoint[]> {
  const { url, secrets } = execution;
  const socket = open(execution);
  const points: DataPoint[] = [];
  let authenticated = false;

  return new Promise<readonly DataPoint[]>((resolve, reject) => {
    const onData = (data: RawData, isBinary: boolean) => {
      const message = readMessage(bufferOf(data), isBinary, MAX_ANSWER_BYTES);
      switch (message?.is) {
        case undefined:
          return reject(notUnderstood(bufferOf(data).toString('utf8'), { name: NAME, secrets }));
        case 'authenticated':
          authenticated = true;
          return socket.send(JSON.stringify(executeMessage(execution)));
        case 'data':
          return void points.push(...message.points);
        case 'error':
          return reject(complaint(message.text, authenticated, secrets));
        case 'end':
          return resolve(points);
        case 'other':
          return;
      }
    };
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token: execution.token })));
    socket.on('message', onData);
    socket.on('unexpected-response', (_, response) => void refusal(response, execution).then(reject));
    socket.on('error', (error) => reject(unanswered({ url, secrets }, error)));
    socket.on('close', () => reject(new ProviderError(`${NAME} closed the connection before the end of the answer`)));
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  }).finally(() => socket.terminate());
}

function open({ url, headers, insecureSkipVerify }: Execution): WebSocket {
  const sent = Object.entries(headers).map(([name, values]) => [name, values.join(', ')] as const);
  const socket = new WebSocket(url, {
    headers: { 'User-Agent': 'serinus', ...Object.fromEntries(sent) },
    rejectUnauthorized: !insecureSkipVerify,
    maxPayload: MAX_ANSWER_BYTES,
    perMessageDeflate: false,
  });
  // After the end, no other listener handles errors of a broken connection.
  socket.on('error', () => undefined);
  return socket;
}

function executeMessage({ program, from, to }: Execution): object {
  const span = { start: Math.floor(from), stop: Math.floor(to) };
  return { type: 'execute', channel: CHANNEL, program, ...span, immediate: true };
}

/** After authentication its errors are about the program. */
function complaint(text: string, authenticated: boolean, secrets: readonly string[]): QueryRefused | ProviderError {
  const message = `error executing query: ${excerpt(text, secrets)}`;
  return authenticated ? new QueryRefused(message) : new ProviderError(message);
}

async function refusal(response: IncomingMessage, { secrets }: Execution): Promise<Error> {
  const status = response.statusCode ?? 0;
  const statusText = response.statusMessage ?? STATUS_CODES[status] ?? '';
  // No program has been sent yet.
  return failureOf({ secrets, isRefusal: () => false }, { status, statusText, body: await beginningOf(response) });
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length > MAX_COMPLAINT_BYTES) break;
    }
  } catch {
    // The connection broke: what has come must suffice.
  }
  return text;
}

function bufferOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
