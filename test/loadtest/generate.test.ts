import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { describe, test, type TestContext } from 'node:test';
import { UserError } from '../../src/errors.js';
import { selfSigned } from '../harness/http/self-signed.js';
import { runLoad, type LoadReport, type LoadSpec } from '../../src/loadtest/generate.js';

interface Service {
  readonly url: string;
  readonly requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[];
  readonly connections: () => number;
}

async function service(t: TestContext, listener: RequestListener): Promise<Service> {
  const requests: Service['requests'] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push({ method: request.method, url: request.url, headers: request.headers });
    listener(request, response);
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    connections: () => connections,
  };
}

const spec = (url: string, more: Partial<LoadSpec> = {}): LoadSpec => ({
  name: 'load-test',
  url,
  method: 'GET',
  headers: {},
  connections: 2,
  until: { requests: 10 },
  timeoutSeconds: 2,
  keepAlive: true,
  skipTlsVerify: false,
  ...more,
});

describe('a run', () => {
  test('sends exactly as many requests as ordered', async (t) => {
    const { url, requests, connections } = await service(t, (_request, response) => response.end('ok'));
    const report = await runLoad(spec(url, { until: { requests: 101 }, connections: 7 }));
    assert.equal(report.requests, 101);
    assert.equal(requests.length, 101);
    assert.deepEqual(report.codes, { 200: 101 });
    assert.equal(report.failed, 0);
    assert.equal(report.name, 'load-test');
    assert.ok(connections() <= 7, `${connections()} connections`);
  });

  test('keeps its rate for each connection', async (t) => {
    const { url, requests } = await service(t, (_request, response) => response.end());
    // A busy machine may take time away from a run; none gives it time.
    let sent = 0;
    let report: LoadReport;
    let runs = 0;
    do {
      report = await runLoad(spec(url, { connections: 4, requestsPerSecond: 25, until: { seconds: 1 } }));
      assert.ok(report.requests <= 104, `${report.requests} requests`);
      sent += report.requests;
      runs += 1;
    } while (report.requests < 20 && runs < 5);
    assert.ok(report.requests >= 20, `${report.requests} requests`);
    assert.equal(sent, requests.length);
    const perSecond = report.requests / report.seconds;
    assert.ok(Math.abs(report.requestsPerSecond - perSecond) < 1, `${report.requestsPerSecond} a second`);
    assert.ok(report.seconds >= 0.95);
  });

  test('keeps a rate that is finer than timers', async (t) => {
    const { url } = await service(t, (_request, response) => response.end());
    const load = { connections: 1, until: { seconds: 0.6 } };
    // As many as this machine has time for just now.
    const possible = await runLoad(spec(url, load));
    const report = await runLoad(spec(url, { ...load, requestsPerSecond: 800 }));
    assert.ok(report.requests <= 482, `${report.requests} requests`);
    const least = Math.min(380, possible.requests / 3);
    assert.ok(report.requests > least, `${report.requests} requests, unbounded ${possible.requests}`);
  });

  test('does not owe a slow service what it missed', async (t) => {
    const { url } = await service(t, (_request, response) => void setTimeout(() => response.end(), 120));
    const report = await runLoad(spec(url, { connections: 1, requestsPerSecond: 100, until: { seconds: 0.5 } }));
    assert.ok(report.requests >= 1 && report.requests <= 5, `${report.requests} requests`);
  });

  test('counts 5xx as failed, other codes not', async (t) => {
    const codes = [200, 301, 404, 429, 500, 503];
    let nth = 0;
    const { url } = await service(t, (_request, response) =>
      response.writeHead(codes[nth++ % 6] ?? 0, { location: '/' }).end(),
    );
    const report = await runLoad(spec(url, { until: { requests: 12 } }));
    assert.deepEqual(report.codes, { 200: 2, 301: 2, 404: 2, 429: 2, 500: 2, 503: 2 });
    assert.equal(report.failed, 4);
    assert.deepEqual(report.errors, {});
  });

  test('counts requests without an answer as failed', async (t) => {
    const { url } = await service(t, (request) => request.socket.destroy());
    const report = await runLoad(spec(url, { until: { requests: 4 }, connections: 1 }));
    assert.equal(report.failed, 4);
    assert.deepEqual(report.codes, {});
    assert.deepEqual(report.errors, { ECONNRESET: 4 });
  });

  test('counts an answer that breaks off as failed', async (t) => {
    const { url } = await service(t, (_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
      setTimeout(() => response.destroy(), 5);
    });
    const report = await runLoad(spec(url, { until: { requests: 2 } }));
    assert.equal(report.failed, 2);
    assert.deepEqual(report.codes, {});
  });

  test('counts a request beyond its timeout as failed, and nothing twice', async (t) => {
    const { url } = await service(t, (_request, response) => void response.write('half'));
    const report = await runLoad(spec(url, { until: { requests: 2 }, timeoutSeconds: 0.05 }));
    assert.deepEqual(report.errors, { TIMEOUT: 2 });
    assert.equal(report.requests, 2);
  });

  test('a refused connection does not spin', async (t) => {
    const gone = createTcpServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    t.after(() => gone.close());
    const report = await runLoad(spec(`http://127.0.0.1:${port}/`, { connections: 1, until: { seconds: 0.2 } }));
    assert.ok(report.requests > 2 && report.requests <= 21, `${report.requests} requests`);
    assert.deepEqual(report.errors, { ECONNREFUSED: report.requests });
  });

  describe('on a kept connection that the server closes as the next request arrives', () => {
    async function forgetful(t: TestContext): Promise<string> {
      const server = createTcpServer((socket) => {
        let requests = 0;
        socket.on('data', () => {
          if (++requests > 1) socket.resetAndDestroy();
          else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        });
        socket.on('error', () => undefined);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    }

    test('sends a GET again and does not blame the service', async (t) => {
      const report = await runLoad(spec(await forgetful(t), { connections: 1, until: { requests: 9 } }));
      assert.deepEqual([report.requests, report.failed, report.codes], [9, 0, { 200: 9 }]);
    });

    test('does not send a POST again', async (t) => {
      const load = { connections: 1, until: { requests: 9 }, method: 'POST' };
      const report = await runLoad(spec(await forgetful(t), load));
      assert.deepEqual([report.requests, report.failed, report.codes], [9, 4, { 200: 5 }]);
    });
  });

  test('measures latency', async (t) => {
    let nth = 0;
    const { url } = await service(
      t,
      (_request, response) => void setTimeout(() => response.end(), nth++ < 18 ? 20 : 900),
    );
    const report = await runLoad(spec(url, { connections: 1, until: { requests: 20 } }));
    assert.ok(report.p50 >= 18 && report.p50 < 800, `p50 ${report.p50}`);
    assert.ok(report.p90 >= 18 && report.p90 < 800, `p90 ${report.p90}`);
    assert.ok(report.p99 >= 890 && report.p99 < 20_000, `p99 ${report.p99}`);
    assert.ok(report.max >= report.p99);
  });

  test('waits for requests that are under way when the time is up', async (t) => {
    const { url } = await service(t, (_request, response) => void setTimeout(() => response.end(), 200));
    const report = await runLoad(spec(url, { connections: 3, until: { seconds: 0.05 } }));
    assert.deepEqual(report.codes, { 200: 3 });
    assert.ok(report.seconds >= 0.19);
  });
});

describe('requests', () => {
  test('carry method, host, headers and body', async (t) => {
    let body = '';
    const { url, requests } = await service(t, (request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end());
    });
    const own = { method: 'POST', host: 'app.example.com', headers: { 'X-Canary': 'always' }, body: '{"a":1}' };
    await runLoad(spec(`${url}api/info?x=1`, { ...own, until: { requests: 1 }, connections: 1 }));
    assert.equal(requests[0]?.method, 'POST');
    assert.equal(requests[0]?.url, '/api/info?x=1');
    assert.equal(requests[0]?.headers.host, 'app.example.com');
    assert.equal(requests[0]?.headers['x-canary'], 'always');
    assert.equal(body, '{"a":1}');
  });

  for (const method of ['GET', 'DELETE', 'PUT']) {
    test(`${method} with a body leaves the connection in order`, async (t) => {
      const bodies: string[] = [];
      const { url, connections } = await service(t, (request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          bodies.push(body);
          response.end();
        });
      });
      const report = await runLoad(spec(url, { method, body: 'grün', connections: 1, until: { requests: 3 } }));
      assert.deepEqual(report.codes, { 200: 3 });
      assert.deepEqual(bodies, ['grün', 'grün', 'grün']);
      assert.equal(connections(), 1);
    });
  }

  test('use the connections again, or not', async (t) => {
    const { url, connections } = await service(t, (_request, response) => response.end());
    await runLoad(spec(url, { connections: 1, until: { requests: 5 } }));
    assert.equal(connections(), 1);
    await runLoad(spec(url, { connections: 1, until: { requests: 5 }, keepAlive: false }));
    assert.equal(connections(), 6);
  });

  test('go to https, and take any certificate only where told to', async (t) => {
    const names: unknown[] = [];
    const server = createTlsServer(selfSigned('127.0.0.1'), (request, response) => {
      names.push([request.headers.host, (request.socket as TLSSocket).servername]);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const load = { host: 'app.example.com:8443', connections: 1, until: { requests: 2 } };
    assert.equal((await runLoad(spec(url, { ...load, skipTlsVerify: true }))).failed, 0);
    assert.deepEqual(names[0], ['app.example.com:8443', 'app.example.com']);
    assert.deepEqual((await runLoad(spec(url, load))).errors, { DEPTH_ZERO_SELF_SIGNED_CERT: 2 });
  });

  test('go through HTTP_PROXY in absolute form, with the Host header asked for', async (t) => {
    const proxy = await service(t, (_request, response) => response.end());
    const environment = { HTTP_PROXY: proxy.url.replace('http://', 'http://me:pass@') };
    const load = { host: 'app.example.com', connections: 1, until: { requests: 1 } };
    const report = await runLoad(spec('http://apisix-gateway.apisix/api/info', load), { environment });
    assert.equal(report.failed, 0);
    const [request] = proxy.requests;
    assert.equal(request?.url, 'http://apisix-gateway.apisix/api/info');
    assert.equal(request?.headers.host, 'app.example.com');
    assert.equal(request?.headers['proxy-authorization'], `Basic ${Buffer.from('me:pass').toString('base64')}`);
  });

  test('go around HTTP_PROXY where NO_PROXY says so', async (t) => {
    const { url, requests } = await service(t, (_request, response) => response.end());
    const environment = { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
    await runLoad(spec(url, { until: { requests: 2 } }), { environment });
    assert.equal(requests[0]?.url, '/');
  });
});

/** Far less than what an abort must not wait for, a minute; more than a busy machine keeps a process waiting. */
const AT_ONCE_MS = 20_000;

describe('an abort', () => {
  test('ends requests, waits and the run at once, and keeps what was found', async (t) => {
    let nth = 0;
    const { url } = await service(t, (_request, response) => void (nth++ < 6 && response.end()));
    const controller = new AbortController();
    let abortedAt = 0;
    setTimeout(() => {
      abortedAt = performance.now();
      controller.abort();
    }, 150);
    const load = { connections: 3, requestsPerSecond: 100, until: { seconds: 60 } };
    const report = await runLoad(spec(url, load), { signal: controller.signal });
    assert.ok(performance.now() - abortedAt < AT_ONCE_MS);
    assert.deepEqual(report.codes, { 200: 6 });
    assert.equal(report.failed, 0);
    assert.deepEqual(report.errors, {});
  });

  test('ends a run that waits for its next request', async (t) => {
    const { url } = await service(t, (_request, response) => response.end());
    const started = performance.now();
    const load = { connections: 1, requestsPerSecond: 0.01, until: { seconds: 60 } };
    const report = await runLoad(spec(url, load), { signal: AbortSignal.timeout(60) });
    assert.ok(performance.now() - started < AT_ONCE_MS);
    assert.equal(report.requests, 1);
  });

  test('that came before means no request', async (t) => {
    const { url, requests } = await service(t, (_request, response) => response.end());
    const report = await runLoad(spec(url), { signal: AbortSignal.abort() });
    assert.equal(report.requests, 0);
    assert.equal(requests.length, 0);
  });
});

describe('progress', () => {
  test('is reported as it goes', async (t) => {
    const { url } = await service(t, (_request, response) => response.end());
    const seen: number[] = [];
    const load = { connections: 1, requestsPerSecond: 100, until: { seconds: 0.3 } };
    await runLoad(spec(url, load), { onProgress: ({ requests }) => seen.push(requests), progressMs: 50 });
    assert.ok(seen.length >= 2 && seen.length <= 6, `${seen.length} times`);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
  });

  test('that throws ends the run', async (t) => {
    const { url } = await service(t, (_request, response) => response.end());
    const load = { connections: 1, requestsPerSecond: 100, until: { seconds: 60 } };
    const onProgress = () => assert.fail('enough');
    await assert.rejects(runLoad(spec(url, load), { onProgress, progressMs: 20 }), /enough/);
  });
});

describe('refused before anything is sent', () => {
  const table: readonly (readonly [Partial<LoadSpec>, RegExp])[] = [
    [{ url: 'ftp://a/' }, /^url/],
    [{ connections: 257 }, /^connections/],
    [{ connections: 1.5 }, /^connections/],
    [{ connections: NaN }, /^connections/],
    [{ requestsPerSecond: 0 }, /^requestsPerSecond/],
    [{ until: { seconds: 3_601 } }, /^until.seconds/],
    [{ until: { requests: 1e9 } }, /^until.requests/],
    [{ timeoutSeconds: 0 }, /^timeoutSeconds/],
    [{ headers: { 'a b': 'c' } }, /^headers/],
    [{ host: 'a\r\nb: c' }, /^headers/],
  ];
  for (const [more, message] of table) {
    test(JSON.stringify(more), async () => {
      await assert.rejects(runLoad(spec('http://127.0.0.1:1/', more)), (error) => {
        return error instanceof UserError && message.test(error.message);
      });
    });
  }
});
