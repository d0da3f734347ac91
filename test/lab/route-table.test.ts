import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileRoutes } from '../../lab/gateway/routing/compiled-route.js';
import { requestFacts } from '../../lab/gateway/routing/request-facts.js';
import { routeObjectSchema } from '../../lab/gateway/routing/route-object.js';
import { RouteTable } from '../../lab/gateway/routing/table.js';

interface Rule {
  name?: string;
  priority?: number;
  match: { hosts?: string[]; paths?: string[]; methods?: string[]; exprs?: object[] };
}

/** A table of one-rule route objects, named by their keys. */
function tableOf(rules: Record<string, Rule>): RouteTable {
  const routes = Object.entries(rules).flatMap(([name, rule]) =>
    compileRoutes(
      routeObjectSchema.parse({
        metadata: { namespace: 'test', name, uid: name, generation: 1 },
        spec: { http: [{ name: 'r', ...rule, match: { paths: ['/*'], ...rule.match } }] },
      }),
    ),
  );
  return new RouteTable(routes);
}

function matched(
  table: RouteTable,
  target: string,
  { method = 'GET', host = 'app.example.com', headers = {} } = {},
): string | undefined {
  return table.match(requestFacts(method, target, host, headers))?.route.name.split('_')[1];
}

describe('the gateway’s route table', () => {
  it('takes exact hosts, wildcard hosts and any host, in this order', () => {
    const table = tableOf({
      any: { match: {}, priority: 9 },
      wild: { match: { hosts: ['*.example.com'] }, priority: 5 },
      exact: { match: { hosts: ['app.example.com'] } },
    });
    assert.equal(matched(table, '/'), 'exact');
    assert.equal(matched(table, '/', { host: 'APP.example.com:8080' }), 'exact');
    assert.equal(matched(table, '/', { host: 'other.example.com' }), 'wild');
    assert.equal(matched(table, '/', { host: 'example.com' }), 'any');
  });

  it('lets the more precise path win over a higher priority, as APISIX does', () => {
    const table = tableOf({
      all: { match: { paths: ['/*'] }, priority: 10_000 },
      api: { match: { paths: ['/api/*'] } },
      info: { match: { paths: ['/api/info'] } },
    });
    assert.equal(matched(table, '/api/info?verbose=1'), 'info');
    assert.equal(matched(table, '/api/other'), 'api');
    assert.equal(matched(table, '/'), 'all');
  });

  it('lets the higher priority win among equal paths', () => {
    const table = tableOf({
      podinfo: { match: { hosts: ['app.example.com'] } },
      'podinfo-podinfo-canary': { match: { hosts: ['app.example.com'] }, priority: 10_000 },
    });
    assert.equal(matched(table, '/'), 'podinfo-podinfo-canary');
  });

  it('passes over a route whose method or expressions do not match', () => {
    const canary = [{ subject: { scope: 'Header', name: 'X-Canary' }, op: 'Equal', value: 'always' }];
    const table = tableOf({
      ab: { match: { exprs: canary }, priority: 2 },
      writes: { match: { methods: ['POST'] }, priority: 1 },
      rest: { match: {} },
    });
    assert.equal(matched(table, '/', { headers: { 'x-canary': 'always' } }), 'ab');
    assert.equal(matched(table, '/', { method: 'POST' }), 'writes');
    assert.equal(matched(table, '/'), 'rest');
  });

  it('says by which patterns a request has matched', () => {
    const table = tableOf({ app: { match: { hosts: ['*.example.com'], paths: ['/api/*'] } } });
    const match = table.match(requestFacts('GET', '/api/info', 'app.example.com', {}));
    assert.deepEqual([match?.host, match?.path], ['*.example.com', '/api/*']);
    assert.equal(match?.route.name, 'test_app_r');
  });

  it('finds nothing where nothing matches', () => {
    const table = tableOf({ app: { match: { hosts: ['app.example.com'], methods: ['GET'], paths: ['/api'] } } });
    assert.equal(matched(table, '/apis'), undefined);
    assert.equal(matched(table, '/api', { method: 'POST' }), undefined);
    assert.equal(matched(table, '/api', { host: 'example.com' }), undefined);
  });
});
