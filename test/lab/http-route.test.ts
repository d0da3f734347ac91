import assert from 'node:assert/strict';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Endpoints } from '../../lab/gateway/cluster/endpoints.js';
import { endpointSliceSchema, serviceSchema } from '../../lab/gateway/cluster/objects.js';
import { Gateway } from '../../lab/gateway/gateway.js';
import { compileHttpRoute } from '../../lab/gateway/httproute/compile.js';
import { HttpRouteHeadersPlugin, HttpRouteMirrorPlugin } from '../../lab/gateway/httproute/plugins.js';
import { httpRouteSchema, type HttpRoute } from '../../lab/gateway/httproute/route-object.js';
import { nextParents } from '../../lab/gateway/httproute/status.js';
import { ProxyMirrorPlugin } from '../../lab/gateway/plugins/proxy-mirror.js';
import { requestFacts } from '../../lab/gateway/routing/request-facts.js';
import { Routes, type Verdict } from '../../lab/gateway/routing/route-store.js';
import { waitFor } from '../../lab/process/wait.js';

const parentRefs = [{ name: 'lab' }];

/** A route named after its hosts' purpose, with these rules. */
function route(name: string, rules: readonly object[], spec: object = {}, metadata: object = {}): HttpRoute {
  return httpRouteSchema.parse({
    metadata: { namespace: 'test', name, uid: name, generation: 1, ...metadata },
    spec: { parentRefs, rules, ...spec },
  });
}

function to(name: string, weight = 1, filters: readonly object[] = []): object {
  return { name, port: 80, weight, filters };
}

describe('the table of HTTPRoutes', () => {
  const routes = new Routes(compileHttpRoute, () => undefined);
  const headers = (...names: string[]) => names.map((name) => ({ name, value: 'yes' }));

  /** Which rule takes the request, as `<route>_<rule>`. */
  function matched(
    target: string,
    { method = 'GET', host = 'app.example.com', headers: given = {} } = {},
  ): string | undefined {
    const found = routes.table.match(requestFacts(method, target, host, given));
    return found?.route.name.split('_').slice(1, 3).join('_');
  }

  afterEach(() => {
    for (const name of ['a', 'b', 'c']) routes.drop(route(name, []));
  });

  it('takes exact paths, then longer prefixes, whatever the order of the rules', () => {
    const paths = [
      { type: 'PathPrefix', value: '/' },
      { type: 'PathPrefix', value: '/api/' },
      { type: 'Exact', value: '/api/info' },
      { type: 'RegularExpression', value: '/api/v[0-9]+' },
    ];
    routes.set(
      route(
        'a',
        paths.map((path) => ({ matches: [{ path }], backendRefs: [to('x')] })),
      ),
    );
    assert.equal(matched('/api/info?a=b'), 'a_002');
    assert.equal(matched('/api/v2'), 'a_003');
    assert.equal(matched('/api/v2/x'), 'a_001');
    assert.equal(matched('/api'), 'a_001');
    assert.equal(matched('/apis'), 'a_000', 'prefixes are of whole elements');
  });

  it('takes a method, then more headers, then more query parameters', () => {
    const matches = [
      {},
      { headers: headers('x-a') },
      { headers: headers('x-a', 'x-b') },
      { headers: headers('x-a'), queryParams: headers('q') },
      { method: 'POST' },
    ];
    routes.set(
      route(
        'a',
        matches.map((match) => ({ matches: [match], backendRefs: [to('x')] })),
      ),
    );
    const both = { 'x-a': 'yes', 'x-b': 'yes' };
    assert.equal(matched('/'), 'a_000');
    assert.equal(matched('/', { headers: { 'x-a': 'yes' } }), 'a_001');
    assert.equal(matched('/', { headers: { 'x-a': 'no' } }), 'a_000');
    assert.equal(matched('/?q=yes', { headers: { 'x-a': 'yes' } }), 'a_003');
    assert.equal(matched('/?q=yes', { headers: both }), 'a_002');
    assert.equal(matched('/', { method: 'POST', headers: both }), 'a_004');
  });

  it('takes the first of equal rules, and of equal routes the oldest', () => {
    const rules = [{ backendRefs: [to('x')] }, { backendRefs: [to('y')] }];
    routes.set(route('b', rules, {}, { creationTimestamp: '2024-01-01T00:00:00Z' }));
    routes.set(route('a', rules, {}, { creationTimestamp: '2024-01-02T00:00:00Z' }));
    assert.equal(matched('/'), 'b_000');
  });

  it('knows hosts, and matches headers by regular expressions as a whole', () => {
    const cookie = { type: 'RegularExpression', name: 'Cookie', value: '.*cv.*abc.*' };
    const rules = [{ matches: [{ headers: [cookie] }], backendRefs: [to('x')] }, { backendRefs: [to('x')] }];
    routes.set(route('a', rules, { hostnames: ['*.example.com'] }));
    routes.set(route('b', [{ backendRefs: [to('x')] }], { hostnames: ['other.example.com'] }));
    assert.equal(matched('/', { headers: { cookie: 'a=b; cv=abc; c=d' } }), 'a_000');
    assert.equal(matched('/', { headers: { cookie: 'cv=ab' } }), 'a_001');
    assert.equal(matched('/', { host: 'other.example.com' }), 'b_000');
    assert.equal(matched('/', { host: 'example.com' }), undefined);
  });

  it('has nothing of other Gateways', () => {
    routes.set(route('a', [{ backendRefs: [to('x')] }], { parentRefs: [{ name: 'public' }] }));
    assert.equal(matched('/'), undefined);
  });
});

describe('requests by HTTPRoutes', { timeout: 10_000 }, () => {
  const servers: Server[] = [];
  const realPorts = new Map<string, number>();
  let endpoints: Endpoints;
  let routes: Routes<HttpRoute>;
  let url: URL;

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** A Service whose only pod answers so. */
  async function service(name: string, ip: string, serve: (request: IncomingMessage) => Promise<string> | string) {
    const metadata = { namespace: 'test', name, uid: name };
    endpoints.setService(serviceSchema.parse({ metadata, spec: { ports: [{ port: 80 }] } }));
    const labels = { 'kubernetes.io/service-name': name };
    const slice = { metadata: { ...metadata, labels }, endpoints: [{ addresses: [ip] }], ports: [{ port: 1 }] };
    endpoints.setSlice(endpointSliceSchema.parse(slice));
    const server = createServer((incoming, response) => {
      response.setHeader('x-from', name);
      void Promise.resolve(serve(incoming)).then((body) => response.end(body));
    });
    realPorts.set(`${name}.test`, await listen(server));
    realPorts.set(ip, realPorts.get(`${name}.test`) ?? 0);
  }

  function send(path: string, headers: Record<string, string> = {}, method = 'GET', body = '') {
    return new Promise<{ code: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
      request(new URL(path, url), { method, headers: { host: 'app.example.com', ...headers } }, (answer) => {
        const { statusCode: code = 0, headers: got } = answer;
        text(answer).then((content) => resolve({ code, headers: got, body: content }), reject);
      })
        .once('error', reject)
        .end(body);
    });
  }

  beforeEach(async () => {
    endpoints = new Endpoints();
    routes = new Routes(compileHttpRoute, () => undefined);
    const place = (host: string) => Promise.resolve({ host: '127.0.0.1', port: realPorts.get(host) ?? 1 });
    const mirror = new ProxyMirrorPlugin((target) => place(target.hostname), console.error);
    const plugins = [mirror, new HttpRouteHeadersPlugin(), new HttpRouteMirrorPlugin(mirror)];
    const lookup = { place: ({ ip }: { ip: string }) => place(ip), forget: () => undefined };
    const gateway = new Gateway(routes, endpoints, lookup, plugins, () => undefined);
    const server = createServer((incoming, response) => {
      void gateway.serve(incoming, response, incoming.url ?? '/', incoming.headers.host ?? '');
    });
    url = new URL(`http://127.0.0.1:${await listen(server)}`);
  });

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('are divided by weight, and a backend gives its own cookie', async () => {
    await service('old', '198.51.100.1', () => 'old');
    await service('new', '198.51.100.2', () => 'new');
    const cookie = {
      type: 'ResponseHeaderModifier',
      responseHeaderModifier: { add: [{ name: 'Set-Cookie', value: 'cv=a' }] },
    };
    routes.set(route('a', [{ backendRefs: [to('old', 3), to('new', 1, [cookie])] }]));
    const answers = [];
    for (let i = 0; i < 8; i += 1) answers.push(await send('/'));
    assert.equal(answers.filter(({ body }) => body === 'new').length, 2);
    for (const { body, headers } of answers) {
      assert.deepEqual(headers['set-cookie'], body === 'new' ? ['cv=a'] : undefined);
    }
  });

  it('are changed on their way, and so are the answers', async () => {
    await service('app', '198.51.100.1', ({ headers, url: path }) =>
      JSON.stringify([path, headers.host, headers['x-set'], headers['x-add'], headers['x-gone']]),
    );
    const filters = [
      {
        type: 'RequestHeaderModifier',
        requestHeaderModifier: {
          set: [{ name: 'X-Set', value: '1' }],
          add: [{ name: 'x-add', value: '2' }],
          remove: ['X-Gone'],
        },
      },
      { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'x-from', value: 'gateway' }] } },
      {
        type: 'URLRewrite',
        urlRewrite: { hostname: 'inner.test', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v2' } },
      },
    ];
    const matches = [{ path: { type: 'PathPrefix', value: '/api' } }];
    routes.set(route('a', [{ matches, filters, backendRefs: [to('app')] }]));
    const { body, headers } = await send('/api/info?a=b', { 'x-set': '0', 'x-gone': '0' });
    assert.deepEqual(JSON.parse(body), ['/v2/info?a=b', 'inner.test', '1', '2', null]);
    assert.equal(headers['x-from'], 'gateway');
  });

  it('get another path, whole', async () => {
    await service('app', '198.51.100.1', ({ url: path }) => String(path));
    const path = { type: 'ReplaceFullPath', replaceFullPath: '/all' };
    routes.set(route('a', [{ filters: [{ type: 'URLRewrite', urlRewrite: { path } }], backendRefs: [to('app')] }]));
    assert.equal((await send('/api/info?a=b')).body, '/all?a=b');
  });

  it('are copied to several places, and only the first answer counts', async () => {
    const copies: string[] = [];
    const copied = (name: string) => async (incoming: IncomingMessage) => {
      copies.push(`${name} ${incoming.url} ${await text(incoming)}`);
      return 'ignored';
    };
    await service('app', '198.51.100.1', async (incoming) => `app got ${await text(incoming)}`);
    await service('one', '198.51.100.2', copied('one'));
    await service('two', '198.51.100.3', copied('two'));
    const mirrorTo = (name: string) => ({ type: 'RequestMirror', requestMirror: { backendRef: { name, port: 80 } } });
    routes.set(route('a', [{ filters: [mirrorTo('one'), mirrorTo('two')], backendRefs: [to('app')] }]));
    assert.equal((await send('/orders', {}, 'POST', 'a body')).body, 'app got a body');
    await waitFor('the copies', () => Promise.resolve(copies.length === 2 || undefined), { timeoutMs: 2_000 });
    assert.deepEqual(copies.sort(), ['one /orders a body', 'two /orders a body']);
  });
});

describe('the status of an HTTPRoute', () => {
  const at = (seconds: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, seconds));
  const verdicts: Verdict<HttpRoute>[] = [];
  const store = new Routes(compileHttpRoute, (verdict) => verdicts.push(verdict));

  it('shows each of our parents the generation, and leaves the words of others alone', () => {
    const theirs = { parentRef: { name: 'public' }, controllerName: 'example.com/other', conditions: [] };
    const object = route('a', [{ backendRefs: [to('x')] }], { parentRefs: [{ name: 'public' }, { name: 'lab' }] });
    store.set({ ...object, status: { parents: [theirs] } });
    const verdict = verdicts.at(-1);
    assert.ok(verdict);
    const parents = nextParents(verdict, at(1));
    assert.deepEqual(
      parents?.map(({ parentRef }) => parentRef.name),
      ['public', 'lab'],
    );
    assert.deepEqual(parents?.[1]?.conditions, [
      {
        type: 'Accepted',
        status: 'True',
        reason: 'Accepted',
        message: '',
        observedGeneration: 1,
        lastTransitionTime: at(1).toISOString(),
      },
    ]);
    const answered = { ...verdict, object: { ...verdict.object, status: { parents: parents ?? [] } } };
    assert.equal(nextParents(answered, at(2)), undefined, 'nothing new to say');
  });

  it('says why a route is not taken over, which leaves the last good one in use', () => {
    store.set(route('a', [{ filters: [{ type: 'CORS' }], backendRefs: [to('x')] }], {}, { generation: 2 }));
    const verdict = verdicts.at(-1);
    assert.ok(verdict);
    const [parent] = nextParents(verdict, at(1)) ?? [];
    assert.deepEqual(
      parent?.conditions.map(({ status, message }) => [status, message]),
      [['False', "the lab's gateway knows no filter CORS"]],
    );
    assert.ok(store.table.match(requestFacts('GET', '/', 'any', {})));
  });
});
