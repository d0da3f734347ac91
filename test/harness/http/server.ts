import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Tls {
  readonly cert: string;
  readonly key: string;
}

export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
}

/** A server on loopback that is gone after the test, with everything that still hangs on it. */
export async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  tls?: Tls,
): Promise<TestServer> {
  const { url, requests } = await listen(t, answer, tls);
  return { url, requests };
}

async function listen(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  tls: Tls | undefined,
) {
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    answer(request, response);
  };
  const server = (tls ? createSecureServer(tls, listener) : createServer(listener)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, requests, server };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** What is said over a WebSocket connection. */
export interface Conversation {
  converse(socket: WebSocket): void;
}

/** A request, whole. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** What came over the WebSocket connection that it opened. */
  readonly messages: readonly string[];
}

export interface VendorServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly asked: readonly Asked[];
}

/** A server of a vendor's kind, which reads requests whole before it answers, and talks over WebSocket where it must. */
export async function serveVendor(
  t: TestContext,
  behave: (asked: Asked) => Answer | Conversation,
  tls?: Tls,
): Promise<VendorServer> {
  const asked: Asked[] = [];
  const { url, server } = await listen(
    t,
    (request, response) =>
      void bodyOf(request).then((body) => {
        const question = questionOf(request, body, []);
        asked.push(question);
        const answer = behave(question);
        if ('converse' in answer) reply(response, { status: 426, body: 'Upgrade Required' });
        else reply(response, answer);
      }),
    tls,
  );
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request: IncomingMessage, connection, head) => {
    // A client may have read enough of a refusal.
    connection.on('error', () => undefined);
    const messages: string[] = [];
    const question = questionOf(request, '', messages);
    asked.push(question);
    const answer = behave(question);
    if ('converse' in answer) {
      sockets.handleUpgrade(request, connection, head, (socket) => {
        t.after(() => socket.terminate());
        socket.on('message', (data: Buffer) => messages.push(data.toString('utf8')));
        answer.converse(socket);
      });
    } else {
      const length = Buffer.byteLength(answer.body);
      connection.end(`HTTP/1.1 ${answer.status} Refused\r\nContent-Length: ${length}\r\n\r\n${answer.body}`);
    }
  });
  return { url, asked };
}

function questionOf(request: IncomingMessage, body: string, messages: readonly string[]): Asked {
  const { method = '', url = '/', headers, rawHeaders } = request;
  return { method, url: new URL(url, 'http://vendor'), headers, rawHeaders, body, messages };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}

export function reply(response: ServerResponse, { status, body, contentType = 'application/json' }: Answer): void {
  response.writeHead(status, { 'Content-Type': contentType }).end(body);
}

export function json(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}

/** An address at which nobody listens. */
export async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

export const never = new AbortController().signal;
