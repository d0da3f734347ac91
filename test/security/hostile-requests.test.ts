import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { buildApi } from '../../src/api/build.js';
import type { App } from '../../src/api/routes/app.js';
import type { Archive } from '../../src/archive/port.js';
import { archiveOf } from '../../src/archive/registry.js';
import { account, bearer } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';

/** Every route of the OpenAPI document, with everything that a caller might send, on real servers with an archive. */

let bench: ApiBench;
let app: App;
let archive: Archive;
let scratch: string;
let headers: Record<string, string>;
let canary: string;

before(async () => {
  bench = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
  scratch = await mkdtemp(join(tmpdir(), 'serinus-hostile-'));
  const opened = archiveOf(`sqlite://${scratch}/archive.db`)?.open();
  assert.ok(opened);
  archive = opened;
  app = buildApi({ ...bench.deps, archive }, bench.client, {
    authentication: { kind: 'kubernetes', audiences: ['serinus'] },
    version: 'test',
  });
  const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
  headers = bearer(await account(bench.world.client, bench.world.namespace, 'anybody', [everything]));
  canary = (await bench.world.canary()).name;
});
after(async () => {
  await app.close();
  await archive.close();
  await bench.close();
  await rm(scratch, { recursive: true, force: true });
});

interface Refusal {
  readonly type: string;
  readonly field?: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string }[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const TEXTS = [
  '',
  '.',
  '..',
  '../..',
  'a/b',
  '%',
  '%2e%2e',
  'a\u0000b',
  'a\nb',
  "' OR 1=1 --",
  '"; DROP TABLE releases; --',
  '\ud800',
  '😀'.repeat(50),
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '-1',
  '1e999',
  '99999999999999999999',
  '0000-01-01',
  '9999-12-31',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '2026-02-30',
  'x'.repeat(3_000),
  '['.repeat(2_000),
];

/** Half of a pair stands for nothing: no URL can hold it, but bytes that look like it. */
function escaped(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80';
  }
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What could be taken for a place in a list. */
const CURSORS = [
  ...[-1, 0.5, 8.64e15, 8.64e15 + 1, 2 ** 53 - 1, 1e308, null, 'now'].flatMap((at) => [
    base64({ at }),
    base64({ at: 1, after: { endedAt: at, id: 'a' } }),
    base64({ at, open: 'AAAA' }),
    base64([1, at, 'a']),
  ]),
  base64({ at: 1, open: Buffer.from('{"not":"a token"}').toString('base64url') }),
  base64({ at: 1, open: '*' }),
  base64({ at: 1, after: { endedAt: 1, id: '\u0000' } }),
  base64({ at: 1, after: { endedAt: 1, id: 'x'.repeat(3_000) } }),
  base64([[[]]]),
  'AAAA',
  '====',
];

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const VALUES: readonly string[] = [
  'null',
  'true',
  '-1',
  '1e308',
  '""',
  '[]',
  '{}',
  '[null]',
  '{"a":{"b":[]}}',
  deep(5_000),
  objects(5_000),
  deep(65),
  JSON.stringify('x'.repeat(100_000)),
  JSON.stringify('[\n'.repeat(20_000)),
  JSON.stringify('&a '.repeat(20_000)),
  JSON.stringify('a: &a [*a]'),
  JSON.stringify('{"kind": "Canary"}'),
  '{"apiVersion":"flagger.app/v1beta1","kind":"Canary","metadata":{"name":"../..","namespace":"../.."}}',
  '{"apiVersion":"flagger.app/v1beta1","kind":"Canary","metadata":{"name":"a","namespace":"b/../c"},"spec":{"analysis":[]}}',
  '[{"apiVersion":"v1","kind":"List","metadata":{"name":"a"},"items":[[[]]]}]',
  ...TEXTS.map((text) => JSON.stringify(text)),
];

describe('whatever a request brings', () => {
  let document: Document;
  before(async () => {
    document = (await app.inject({ url: '/openapi.json', headers })).json<Document>();
  });

  /** A stream that has begun would go on for ever. */
  async function send(method: string, url: string, more: Record<string, string> = {}, payload?: string) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 5_000);
    const request = {
      method: method.toUpperCase() as 'GET' | 'POST',
      url,
      headers: { ...headers, ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...more },
      ...(payload === undefined ? {} : { payload }),
      signal: stop.signal,
    };
    try {
      return await app.inject(request);
    } catch (error) {
      if (stop.signal.aborted) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async function assertFair(method: string, url: string, more?: Record<string, string>, payload?: string) {
    const answer = await send(method, url, more, payload);
    const what = `${method} ${url.slice(0, 200)} ${payload?.slice(0, 200) ?? ''}`;
    if (answer === undefined) return undefined;
    assert.ok(answer.statusCode < 500, `${what}: ${answer.statusCode} ${answer.body.slice(0, 500)}`);
    if (answer.statusCode < 400) return undefined;
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, what);
    const body = answer.json<Refusal>();
    if (body.type === '/problems/invalid-input') assert.ok(body.field, `${what}: ${answer.body.slice(0, 300)}`);
    assert.ok(body.detail !== '', what);
    return body;
  }

  /** All that a problem finds fault with. */
  function fieldsOf(problem: Refusal | undefined): readonly (string | undefined)[] {
    return [problem?.field, ...(problem?.errors ?? []).map(({ field }) => field)];
  }

  function operations(): { method: string; path: string; operation: Operation }[] {
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );
  }

  /** With real parts in its place, but for one. */
  function urlOf(path: string, changed: Readonly<Record<string, string>> = {}): string {
    const real: Readonly<Record<string, string>> = {
      namespace: bench.world.namespace,
      name: canary,
      id: `${bench.world.namespace}.${canary}.11111111-1111-4111-8111-111111111111`,
    };
    return path.replace(/\{(\w+)\}/g, (_, name: string) => changed[name] ?? real[name] ?? 'x');
  }

  /** Whoever asks may look at one namespace only. */
  function queryOf(operation: Operation, name: string, asked: string): string {
    const narrow =
      name !== 'namespace' && operation.parameters?.some((one) => one.name === 'namespace' && one.in === 'query');
    return narrow ? `namespace=${bench.world.namespace}&${asked}` : asked;
  }

  const isStream = (path: string): boolean => path.endsWith('/stream');

  test('in its path, the answer is one of 4xx', async () => {
    for (const { method, path, operation } of operations()) {
      for (const { name } of (operation.parameters ?? []).filter((one) => one.in === 'path')) {
        for (const text of TEXTS) {
          const part = escaped(text);
          const payload = operation.requestBody ? '{}' : undefined;
          await assertFair(method, urlOf(path, { [name]: part }), {}, payload);
        }
      }
    }
  });

  test('in its query, once, twice or in brackets, the answer names it or is an answer', async () => {
    for (const { method, path, operation } of operations().filter((one) => !isStream(one.path))) {
      const names = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
      for (const name of [...names, 'cursor', 'namespace']) {
        for (const text of [...TEXTS, ...(/cursor|token/i.test(name) ? CURSORS : [])]) {
          const value = escaped(text);
          await assertFair(
            method,
            `${urlOf(path)}?${queryOf(operation, name, `${name}=${value}`)}`,
            {},
            operation.requestBody ? '{}' : undefined,
          );
        }
        for (const query of [`${name}=a&${name}=b`, `${name}[]=a`, `${name}[a]=b`, `${name}=`, name, `${name}=%`]) {
          const problem = await assertFair(
            method,
            `${urlOf(path)}?${queryOf(operation, name, query)}`,
            {},
            operation.requestBody ? '{}' : undefined,
          );
          if (names.includes(name) && query.includes('&')) {
            assert.ok(fieldsOf(problem).includes(name), `${path}?${query}: ${JSON.stringify(problem)}`);
          }
        }
      }
    }
  });

  test('in its headers, too', async () => {
    for (const { method, path, operation } of operations().filter((one) => !isStream(one.path))) {
      for (const name of ['idempotency-key', 'last-event-id', 'accept', 'origin', 'cookie', 'x-serinus-csrf']) {
        for (const text of ['', '*', "a'b", 'x'.repeat(5_000), '\u00ff', '{}', '__Host-serinus=x']) {
          await assertFair(method, urlOf(path), { [name]: text }, operation.requestBody ? '{}' : undefined);
        }
      }
    }
  });

  test('in its body, the answer names the field', async () => {
    for (const { method, path, operation } of operations()) {
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (schema === undefined) continue;
      const named =
        schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
      const fields = Object.keys(named?.properties ?? {});
      for (const value of VALUES) {
        await assertFair(method, urlOf(path), {}, value);
        for (const field of [...fields, '__proto__', 'nonsense']) {
          const problem = await assertFair(method, urlOf(path), {}, `{${JSON.stringify(field)}: ${value}}`);
          if (value === deep(5_000) && field !== '__proto__') assert.equal(problem?.field, field, `${path}: ${field}`);
        }
      }
    }
  });

  test('at random, as much of it as there is time for', async () => {
    const all = operations().filter((one) => !isStream(one.path));
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...TEXTS, ...CURSORS));
    const asked = fc.record({
      at: fc.nat(all.length - 1),
      parameters: fc.array(part, { maxLength: 4 }),
      body: fc.jsonValue({ maxDepth: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ at, parameters, body }) => {
        const chosen = all[at];
        assert.ok(chosen);
        const { method, path, operation } = chosen;
        const names = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
        const query = parameters.map((text, index) => {
          const name = names.filter((one) => one !== 'namespace')[index % Math.max(names.length - 1, 1)] ?? 'x';
          return `${name}=${escaped(text)}`;
        });
        const payload = operation.requestBody ? JSON.stringify(body) : undefined;
        await assertFair(method, `${urlOf(path)}?${queryOf(operation, '', query.join('&'))}`, {}, payload);
      }),
      { numRuns: 400, seed: 22 },
    );
  });

  test('to pages and paths that the document leaves out', async () => {
    for (const start of [
      '/problems/',
      '/',
      '/assets/',
      '/act/',
      '/auth/login?returnTo=',
      '/metrics?',
      '/openapi.json?',
    ]) {
      for (const text of TEXTS) {
        const part = escaped(text);
        const answer = await send('GET', `${start}${part}`, { accept: 'text/html' });
        assert.ok(
          answer && answer.statusCode < 500,
          `${start}${part}: ${answer?.statusCode} ${answer?.body.slice(0, 300)}`,
        );
      }
    }
  });
});
