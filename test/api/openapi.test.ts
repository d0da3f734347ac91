import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { PROBLEMS } from '../../src/api/problems/catalogue.js';
import { offlineApi } from '../harness/api/offline.js';
import { get } from '../harness/api/client.js';

const operationSchema = z.looseObject({
  summary: z.string(),
  tags: z.array(z.string()).min(1),
  operationId: z.string().optional(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.enum(['path', 'query', 'header']) })).optional(),
  requestBody: z
    .looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.looseObject({}) })) })
    .optional(),
  responses: z.record(z.string().regex(/^([1-5]\d\d|[1-5]XX|default)$/), z.looseObject({ description: z.string() })),
});
const documentSchema = z.looseObject({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(z.enum(['get', 'post']), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

const offline = offlineApi();
let document: z.output<typeof documentSchema>;
before(async () => {
  const { body } = await get(offline.app, '/openapi.json');
  document = documentSchema.parse(body);
});
after(() => offline.close());

test('people read it at /docs, which loads nothing from elsewhere and nothing inline', async () => {
  const moved = await offline.app.inject({ url: '/docs' });
  const page = await offline.app.inject({ url: moved.statusCode === 200 ? '/docs' : String(moved.headers.location) });
  assert.equal(page.statusCode, 200);
  assert.match(String(page.headers['content-security-policy']), /script-src 'self';/);
  assert.doesNotMatch(page.body, /<script(?![^>]*\bsrc=)[^>]*>\s*\S|https?:\/\//);
  const shown = await offline.app.inject({ url: '/docs/json' });
  assert.deepEqual(Object.keys(documentSchema.parse(shown.json()).paths), Object.keys(document.paths));
});

test('every route is in the OpenAPI document, with every answer', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const orders = ['abort', 'approve', 'pause', 'promote', 'reject', 'resume', 'retry', 'skip', 'undo', 'weight'];
  assert.deepEqual(operations.sort(), [
    'GET /api/v1/canaries',
    'GET /api/v1/dora',
    'GET /api/v1/namespaces/{namespace}/canaries/{name}',
    'GET /api/v1/namespaces/{namespace}/canaries/{name}/live',
    'GET /api/v1/namespaces/{namespace}/canaries/{name}/logs',
    'GET /api/v1/namespaces/{namespace}/canaries/{name}/permissions',
    'GET /api/v1/namespaces/{namespace}/canaries/{name}/releases',
    'GET /api/v1/namespaces/{namespace}/canaries/{name}/rollouts',
    'GET /api/v1/namespaces/{namespace}/canaries/{name}/stream',
    'GET /api/v1/releases',
    'GET /api/v1/releases/compare',
    'GET /api/v1/releases/export',
    'GET /api/v1/releases/{id}',
    'GET /api/v1/releases/{id}/changes',
    'GET /api/v1/rollouts/{id}',
    'GET /api/v1/session',
    'GET /api/v1/stream',
    'GET /healthz',
    'GET /metrics',
    'GET /openapi.json',
    'GET /problems/{name}',
    'GET /readyz',
    'POST /api/v1/backtest',
    'POST /api/v1/check',
    'POST /api/v1/namespaces/{namespace}/canaries/{name}/releases',
    'POST /api/v1/namespaces/{namespace}/canaries/{name}/rollouts',
    ...orders.map((order) => `POST /api/v1/releases/{id}/${order}`),
    ...orders.map((order) => `POST /api/v1/rollouts/{id}/${order}`),
  ]);
  const start = document.paths['/api/v1/namespaces/{namespace}/canaries/{name}/releases']?.post;
  assert.deepEqual(Object.keys(start?.responses ?? {}), ['202', '4XX', '5XX']);
  assert.deepEqual(start?.parameters?.map(({ name }) => name).sort(), ['idempotency-key', 'name', 'namespace']);
});

test('whatever is found under rollouts, as releases were called before, is found under releases, and says so', () => {
  const former = Object.entries(document.paths).filter(([path]) => path.includes('/rollouts'));
  assert.equal(former.length, 12);
  for (const [path, methods] of former) {
    const now = path.replace('/rollouts', '/releases');
    for (const [method, { summary, operationId: _, ...rest }] of operationsOf(methods)) {
      assert.equal(summary, `The same as ${method.toUpperCase()} ${now}`);
      const same = operationsOf(document.paths[now] ?? {}).find(([name]) => name === method);
      const { summary: __, operationId: ___, ...wanted } = same?.[1] ?? {};
      assert.deepEqual(rest, wanted, path);
    }
  }
});

function operationsOf(methods: Readonly<Record<string, z.output<typeof operationSchema> | undefined>>) {
  return Object.entries(methods).flatMap(([method, operation]) => (operation ? [[method, operation] as const] : []));
}

test('every reference leads somewhere, and every path parameter is described', () => {
  const known = new Set(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`));
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target ?? '');
  assert.ok(references.length > 10);
  assert.deepEqual(
    references.filter((target) => !known.has(target)),
    [],
  );
  for (const [path, methods] of Object.entries(document.paths)) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const operation of Object.values(methods)) {
      const described = (operation?.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
      assert.deepEqual(described.sort(), wanted.sort(), path);
    }
  }
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).flatMap((operation) => operation?.operationId ?? []),
  );
  assert.equal(new Set(ids).size, ids.length, 'operation ids are unique');
});

test('a kind of problem is found where its type leads', async () => {
  for (const [name, kind] of Object.entries(PROBLEMS)) {
    const { status, body } = await get(offline.app, `/problems/${name}`);
    assert.deepEqual([status, body], [200, { type: `/problems/${name}`, ...kind }]);
  }
  assert.equal((await get(offline.app, '/problems/none')).status, 404);
});
