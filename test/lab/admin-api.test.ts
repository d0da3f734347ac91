import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { AdminApi } from '../../lab/gateway/admin/admin-api.js';
import { UPSTREAMS } from '../../lab/gateway/admin/compile.js';
import { requestFacts } from '../../lab/gateway/routing/request-facts.js';

// As Apache APISIX' ingress controller 1.8 speaks: paths and bodies are its own, shortened.

const ROUTE = {
  id: '4f3',
  name: 'shop_storefront-cart-canary_web',
  hosts: ['shop.example.org'],
  uris: ['/*'],
  priority: 10_000,
  upstream_id: 'primary',
  plugins: {
    prometheus: { prefer_name: true },
    'traffic-split': { rules: [{ weighted_upstreams: [{ upstream_id: 'canary', weight: 25 }, { weight: 75 }] }] },
  },
};

interface Bench {
  readonly api: AdminApi;
  readonly file: string;
  readonly ask: (method: string, path: string, body?: unknown) => Promise<[number, unknown]>;
}

async function open(t: TestContext): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'serinus-admin-'));
  const file = join(folder, 'admin.json');
  const api = new AdminApi(file);
  const server = createServer((request, response) => void api.serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  return {
    api,
    file,
    ask: async (method, path, body) => {
      const url = `http://127.0.0.1:${port}/apisix/admin/${path}`;
      const answer = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return [answer.status, await answer.json()];
    },
  };
}

const facts = (headers: Record<string, string> = {}) =>
  requestFacts('GET', '/cart', 'shop.example.org', headers, undefined);

/** How often each upstream is picked of a hundred requests. */
function picks(api: AdminApi): Record<string, number> {
  const counts: Record<string, number> = {};
  const { backends } = api.table.match(facts())?.route ?? assert.fail('no route');
  for (let i = 0; i < 100; i++) {
    const { namespace, service } = backends.pick() ?? assert.fail('no backend');
    assert.equal(namespace, UPSTREAMS);
    counts[service] = (counts[service] ?? 0) + 1;
  }
  return counts;
}

suite("APISIX' Admin API", () => {
  test('lists what it has been given, as version 3 does', async (t) => {
    const { ask } = await open(t);
    assert.deepEqual(await ask('GET', 'consumers'), [200, { total: 0, list: [] }]);
    assert.deepEqual(await ask('GET', 'routes/4f3'), [404, { message: 'Key not found' }]);
    const item = { key: '/apisix/routes/4f3', value: ROUTE };
    assert.deepEqual(await ask('PUT', 'routes/4f3', ROUTE), [201, item]);
    assert.deepEqual(await ask('PUT', 'routes/4f3', ROUTE), [200, item]);
    assert.deepEqual(await ask('GET', 'routes'), [200, { total: 1, list: [item] }]);
    assert.deepEqual(await ask('DELETE', 'routes/4f3?force=true'), [200, { deleted: '1', key: '/apisix/routes/4f3' }]);
    assert.deepEqual(await ask('DELETE', 'routes/4f3?force=true'), [404, { message: 'Key not found' }]);
  });

  test('divides requests by the plugin traffic-split, whose last entry is the route itself', async (t) => {
    const { api, ask } = await open(t);
    await ask('PUT', 'routes/4f3', ROUTE);
    assert.deepEqual(picks(api), { canary: 25, primary: 75 });
    assert.deepEqual(
      [...(api.table.match(facts())?.route.plugins.keys() ?? [])],
      ['prometheus'],
      'it is no plugin of the gateway',
    );
    const { 'traffic-split': _split, ...plugins } = ROUTE.plugins;
    await ask('PUT', 'routes/4f3', { ...ROUTE, plugins });
    assert.deepEqual(picks(api), { primary: 100 });
  });

  for (const [vars, headers, taken] of [
    [[['http_x_user', '==', 'insider']], { 'x-user': 'insider' }, true],
    [[['http_x_user', '==', 'insider']], {}, false],
    [[['cookie_cv', '!', '~~', '^a']], { cookie: 'cv=b' }, true],
    [[['cookie_cv', 'in', ['a', 'b']]], { cookie: 'cv=c' }, false],
    [{}, {}, true],
  ] as const) {
    test(`${JSON.stringify(vars)} ${taken ? 'takes' : 'passes over'} ${JSON.stringify(headers)}`, async (t) => {
      const { api, ask } = await open(t);
      const [status] = await ask('PUT', 'routes/4f3', { ...ROUTE, vars });
      assert.equal(status, 201);
      assert.equal(api.table.match(facts(headers)) !== undefined, taken);
    });
  }

  test('sends requests to the nodes of an upstream, and keeps all of it over a restart', async (t) => {
    const { api, file, ask } = await open(t);
    await ask('PUT', 'routes/4f3', ROUTE);
    const node = (host: string, weight: number) => ({ host, port: 8080, weight });
    await ask('PUT', 'upstreams/canary', { id: 'canary', nodes: [node('203.0.113.1', 100), node('203.0.113.2', 0)] });
    await ask('PUT', 'upstreams/primary', { id: 'primary', nodes: {} });
    for (const one of [api, new AdminApi(file)]) {
      assert.deepEqual(one.endpointsOf('canary'), [{ ip: '203.0.113.1', port: 8080 }]);
      assert.equal(one.endpointsOf('primary'), 'no ready endpoint');
      assert.deepEqual(picks(one), { canary: 25, primary: 75 });
    }
  });

  test('refuses what it does not understand, and keeps what it had', async (t) => {
    const { api, ask } = await open(t);
    await ask('PUT', 'routes/4f3', ROUTE);
    const [status, body] = await ask('PUT', 'routes/4f3', { ...ROUTE, vars: [['uri', 'ipmatch', '::1']] });
    assert.equal(status, 400);
    assert.match(JSON.stringify(body), /does not understand .*ipmatch/);
    assert.deepEqual(picks(api), { canary: 25, primary: 75 });
  });
});
