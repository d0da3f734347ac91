import assert from 'node:assert/strict';
import { Agent, createServer, type RequestListener, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, it } from 'node:test';
import type { Endpoint } from '../../lab/gateway/cluster/endpoints.js';
import { forward } from '../../lab/gateway/proxying/forward.js';
import type { RequestBody } from '../../lab/gateway/proxying/request-body.js';
import { freePort } from '../../lab/process/ports.js';

const NO_BODY: RequestBody = { repeatable: true, sendTo: (upstream) => void upstream.end() };

/** A body that can be sent only once. */
function stream(content: string): RequestBody {
  return { repeatable: false, sendTo: (upstream) => void Readable.from([content]).pipe(upstream) };
}

describe('forwarding to an upstream', { timeout: 10_000 }, () => {
  const servers: Server[] = [];
  const ports = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  const lookup = {
    place: ({ ip }: Endpoint) => Promise.resolve({ host: '127.0.0.1', port: ports.get(ip) ?? 1 }),
    forget: () => undefined,
  };

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function pod(ip: string, listener?: RequestListener): Promise<Endpoint> {
    const port = await freePort();
    ports.set(ip, port);
    if (listener) {
      const server = createServer(listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    }
    return { ip, port: 80 };
  }

  function send(endpoints: [Endpoint, ...Endpoint[]], method = 'GET', body = NO_BODY, timeoutMs = 5_000) {
    const request = {
      method,
      target: '/',
      headers: ['Host', 'x'],
      body,
      timeoutMs,
      signal: new AbortController().signal,
    };
    return forward(endpoints, request, agent, lookup);
  }

  const answering: RequestListener = (request, response) => void request.pipe(response);
  const breakingOff: RequestListener = (request) => void request.socket.destroy();

  it('goes on to the next endpoint where nobody listens, body and all', async () => {
    const forwarded = await send([await pod('a'), await pod('b', answering)], 'POST', stream('hello'));
    assert.ok(forwarded.kind === 'answered');
    assert.equal(forwarded.endpoint.ip, 'b');
    assert.equal(await text(forwarded.answer), 'hello');
  });

  it('repeats a GET that broke off, and no POST', async () => {
    const endpoints: [Endpoint, Endpoint] = [await pod('a', breakingOff), await pod('b', answering)];
    assert.equal((await send(endpoints)).kind, 'answered');
    const posted = await send(endpoints, 'POST', stream('hello'));
    assert.deepEqual([posted.kind, posted.endpoint.ip], ['failed', 'a']);
  });

  it('gives an endpoint that has closed a kept connection a second chance', async () => {
    const endpoint = await pod('a', answering);
    const first = await send([endpoint]);
    assert.ok(first.kind === 'answered');
    await text(first.answer);
    await new Promise((resolve) => setImmediate(resolve));
    // From now on the server breaks off whatever comes over the old connection.
    let broken = 0;
    servers[0]?.removeAllListeners('request').on('request', (request, response) => {
      if (broken++ === 0) request.socket.destroy();
      else response.end();
    });
    assert.equal((await send([endpoint])).kind, 'answered');
  });

  it('says so when nobody answers, or not in time', async () => {
    const refused = await send([await pod('a'), await pod('b')]);
    assert.ok(refused.kind === 'failed' && !refused.timedOut);
    const late = await send([await pod('c', () => undefined)], 'GET', NO_BODY, 50);
    assert.ok(late.kind === 'failed' && late.timedOut);
  });
});
