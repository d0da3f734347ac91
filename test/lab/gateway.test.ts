import assert from 'node:assert/strict';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Registry } from 'prom-client';
import { Endpoints } from '../../lab/gateway/cluster/endpoints.js';
import { endpointSliceSchema, serviceSchema } from '../../lab/gateway/cluster/objects.js';
import { Gateway } from '../../lab/gateway/gateway.js';
import { PrometheusPlugin } from '../../lab/gateway/plugins/prometheus.js';
import { mirrorTarget, ProxyMirrorPlugin } from '../../lab/gateway/plugins/proxy-mirror.js';
import { routeObjectSchema } from '../../lab/gateway/routing/route-object.js';
import { RouteStore } from '../../lab/gateway/routing/route-store.js';
import { waitFor } from '../../lab/process/wait.js';

/** The data plane alone: real sockets, and objects as the watches would deliver them. */
describe('the gateway’s data plane', { timeout: 10_000 }, () => {
  const servers: Server[] = [];
  const realPorts = new Map<string, number>();
  let endpoints: Endpoints;
  let routes: RouteStore;
  let registry: Registry;
  let url: URL;

  async function listen(serve: (request: IncomingMessage) => Promise<string> | string): Promise<number> {
    const server = createServer((incoming, response) => {
      void Promise.resolve(serve(incoming)).then((body) => response.end(body));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** A Service with one pod; without a handler, one whose pod is gone. */
  async function service(name: string, ip: string, serve?: (request: IncomingMessage) => Promise<string> | string) {
    const metadata = { namespace: 'test', name, uid: name };
    endpoints.setService(serviceSchema.parse({ metadata, spec: { ports: [{ port: 80 }] } }));
    const labels = { 'kubernetes.io/service-name': name };
    endpoints.setSlice(
      endpointSliceSchema.parse({
        metadata: { ...metadata, labels },
        endpoints: [{ addresses: [ip] }],
        ports: [{ port: 1 }],
      }),
    );
    realPorts.set(ip, serve ? await listen(serve) : 1);
  }

  function route(backend: string, plugins: object[]): void {
    const http = [
      { name: 'r', match: { paths: ['/*'] }, backends: [{ serviceName: backend, servicePort: 80 }], plugins },
    ];
    routes.set(
      routeObjectSchema.parse({
        metadata: { namespace: 'test', name: 'app', uid: 'u', generation: 1 },
        spec: { http },
      }),
    );
  }

  function send(method: string, path: string, body?: string): Promise<{ code: number; body: string }> {
    return new Promise((resolve, reject) => {
      request(new URL(path, url), { method, headers: { host: 'app.example.com' } }, (answer) => {
        void text(answer).then((content) => resolve({ code: answer.statusCode ?? 0, body: content }));
      })
        .once('error', reject)
        .end(body);
    });
  }

  beforeEach(async () => {
    endpoints = new Endpoints();
    routes = new RouteStore(endpoints, () => undefined);
    registry = new Registry();
    const lookup = {
      place: ({ ip }: { ip: string }) => Promise.resolve({ host: '127.0.0.1', port: realPorts.get(ip) ?? 1 }),
      forget: () => undefined,
    };
    const mirror = new ProxyMirrorPlugin((target) => lookup.place({ ip: target.hostname }), console.error);
    const plugins = [new PrometheusPlugin(registry), mirror];
    const gateway = new Gateway(routes, endpoints, lookup, plugins, () => undefined);
    const server = createServer((incoming, response) => {
      void gateway.serve(incoming, response, incoming.url ?? '/', incoming.headers.host ?? '');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('passes bodies through and names the caller to the upstream', async () => {
    await service('app', '198.51.100.1', async (incoming) => {
      return `${incoming.headers.host} ${String(incoming.headers['x-forwarded-for'])} ${await text(incoming)}`;
    });
    route('app', []);
    const { code, body } = await send('POST', '/', 'a body');
    assert.deepEqual([code, body], [200, 'app.example.com 127.0.0.1 a body']);
  });

  it('says 502 when the only pod is gone', async () => {
    await service('app', '198.51.100.1');
    route('app', []);
    assert.equal((await send('GET', '/')).code, 502);
  });

  it('measures only routes that have the prometheus plugin, under a name or an id', async () => {
    await service('app', '198.51.100.1', () => 'ok');
    route('app', []);
    await send('GET', '/');
    assert.doesNotMatch(await registry.metrics(), /apisix_http_status\{/);
    routes.drop(routeObjectSchema.parse({ metadata: { namespace: 'test', name: 'app', uid: 'u' } }));
    route('app', [{ name: 'prometheus', config: {} }]);
    await send('GET', '/');
    assert.match(await registry.metrics(), /apisix_http_status\{route="[0-9a-f]{8}".*node="198\.51\.100\.1".*\} 1/);
  });

  it('mirrors requests with their bodies, and heeds only the first answer', async () => {
    const mirrored: string[] = [];
    await service('app', '198.51.100.1', async (incoming) => `app got ${await text(incoming)}`);
    await service('copy', '198.51.100.2', async (incoming) => {
      mirrored.push(`${incoming.url} ${await text(incoming)}`);
      return 'ignored';
    });
    route('app', [{ name: 'proxy-mirror', enable: true, config: { host: 'http://198.51.100.2:80' } }]);
    assert.equal((await send('POST', '/orders?id=1', 'a body')).body, 'app got a body');
    await waitFor('the copy', () => Promise.resolve(mirrored[0]), { timeoutMs: 2_000 });
    assert.deepEqual(mirrored, ['/orders?id=1 a body']);
  });
});

describe('the path of a mirrored request', () => {
  it('is the request’s own, another, or another before it', () => {
    assert.equal(mirrorTarget('/a?b=1', { path_concat_mode: 'replace' }), '/a?b=1');
    assert.equal(mirrorTarget('/a?b=1', { path: '/m', path_concat_mode: 'replace' }), '/m?b=1');
    assert.equal(mirrorTarget('/a?b=1', { path: '/m', path_concat_mode: 'prefix' }), '/m/a?b=1');
  });
});
