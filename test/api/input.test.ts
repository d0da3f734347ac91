import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { get, post, type Body } from '../harness/api/client.js';
import { offlineApi } from '../harness/api/offline.js';

const { app, close } = offlineApi();
after(close);

const ROLLOUTS = '/api/v1/namespaces/test/canaries/podinfo/rollouts';
const ORDERS = '/api/v1/rollouts/test.podinfo.11111111-1111-4111-8111-111111111111';

function isProblem(body: Body, headers: Readonly<Record<string, unknown>>): void {
  assert.match(String(headers['content-type']), /^application\/problem\+json/);
  for (const member of ['type', 'title', 'detail', 'instance']) assert.equal(typeof body[member], 'string', member);
  assert.doesNotMatch(JSON.stringify(body), /\.[jt]s:\d+|\bat .*\(/, 'no stack trace');
}

describe('a body that can’t be read', () => {
  const json = { 'content-type': 'application/json' };
  const cases: readonly [string, string, Record<string, string>, number, string][] = [
    ['not JSON', '{"images": ', json, 400, 'not-json'],
    ['empty', '', json, 400, 'not-json'],
    ['poisoned', '{"__proto__": {"by": "me"}}', json, 400, 'not-json'],
    ['YAML', 'images: {}', { 'content-type': 'application/yaml' }, 415, 'wrong-content-type'],
    ['a form', 'by=me', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'wrong-content-type'],
    ['text', '{}', { 'content-type': 'text/plain' }, 415, 'wrong-content-type'],
    ['too large', JSON.stringify({ reason: 'x'.repeat(300_000) }), json, 413, 'body-too-large'],
  ];
  for (const [what, payload, headers, status, type] of cases) {
    test(what, async () => {
      for (const url of [ROLLOUTS, `${ORDERS}/pause`]) {
        const answer = await post(app, url, payload, headers);
        assert.deepEqual(
          [answer.status, answer.body['type'], answer.body['status']],
          [status, `/problems/${type}`, status],
        );
        assert.equal(answer.body['instance'], url);
        isProblem(answer.body, answer.headers);
      }
    });
  }
});

describe('a field that isn’t right is named, with its value and what would be right', () => {
  const cases: readonly [string, string, unknown, string, unknown, RegExp][] = [
    ['nothing to release', ROLLOUTS, {}, 'images', undefined, /either "images".*or "patch"/],
    ['both', ROLLOUTS, { images: { app: 'a:1' }, patch: {} }, 'patch', {}, /either "images"/],
    ['no container', ROLLOUTS, { images: {} }, 'images', {}, /at least one container/],
    ['an image that is a number', ROLLOUTS, { images: { app: 6 } }, 'images.app', 6, /name an image/],
    ['an image with a space', ROLLOUTS, { images: { app: 'a b' } }, 'images.app', 'a b', /name an image/],
    ['an empty image', ROLLOUTS, { images: { app: '' } }, 'images.app', '', /name an image/],
    ['images in a list', ROLLOUTS, { images: ['a:1'] }, 'images', ['a:1'], /map containers to images/],
    ['an unknown field', ROLLOUTS, { images: { app: 'a:1' }, force: true }, 'force', true, /no such field/],
    [
      'an unknown policy',
      ROLLOUTS,
      { images: { app: 'a:1' }, ifUnderWay: 'wait' },
      'ifUnderWay',
      'wait',
      /"refuse" or "restart"/,
    ],
    ['a reason in two lines', ROLLOUTS, { images: { app: 'a:1' }, reason: 'a\nb' }, 'reason', 'a\nb', /single line/],
    ['nobody', ROLLOUTS, { images: { app: 'a:1' }, by: '' }, 'by', '', /who asks/],
    ['a list', ROLLOUTS, [], 'body', [], /JSON object/],
    ['a weight that is missing', `${ORDERS}/weight`, {}, 'weight', undefined, /whole number/],
    ['a weight with a fraction', `${ORDERS}/weight`, { weight: 1.5 }, 'weight', 1.5, /whole number/],
    ['a weight as a word', `${ORDERS}/weight`, { weight: 'half' }, 'weight', 'half', /whole number/],
    ['an unknown gate', `${ORDERS}/approve`, { gate: 'front' }, 'gate', 'front', /confirm-promotion/],
    ['a weight where none is', `${ORDERS}/pause`, { weight: 3 }, 'weight', 3, /no such field/],
  ];
  for (const [what, url, payload, field, value, remedy] of cases) {
    test(what, async () => {
      const { status, body, headers } = await post(app, url, payload as object);
      assert.deepEqual(
        [status, body['type'], body['field'], body['value']],
        [422, '/problems/invalid-input', field, value],
      );
      assert.match(String(body['remedy']), remedy);
      assert.ok(String(body['detail']).startsWith(`${field}: `));
      isProblem(body, headers);
    });
  }

  test('an Idempotency-Key', async () => {
    for (const key of ["a'b", 'x'.repeat(201), 'zwei Wörter']) {
      const { status, body } = await post(app, ROLLOUTS, { images: { app: 'a:1' } }, { 'idempotency-key': key });
      assert.deepEqual([status, body['field']], [422, 'idempotency-key']);
    }
  });

  test('query parameters', async () => {
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['limit=many', 'limit'],
      ['limit=1000', 'limit'],
      ['all=yes', 'all'],
      ["pageToken='", 'pageToken'],
    ]) {
      const { status, body } = await get(app, `${ROLLOUTS}?${query}`);
      assert.deepEqual([status, body['field']], [422, field], query);
    }
    const twice = await get(app, '/api/v1/canaries?namespace=a&namespace=b');
    assert.deepEqual([twice.status, twice.body['field']], [422, 'namespace']);
  });

  test('several at once are all named', async () => {
    const { body } = await post(app, ROLLOUTS, { images: { app: '' }, ifUnderWay: 3, reason: '' });
    const errors = body['errors'] as { field: string }[];
    assert.deepEqual(errors.map(({ field }) => field).sort(), ['ifUnderWay', 'images.app', 'reason']);
  });
});

describe('a request to nowhere', () => {
  test('is not found', async () => {
    for (const url of ['/nowhere', '/api', '/api/v1/canaries/', '/api/v2/canaries', '/%zz', '/metrics/x']) {
      const { status, body, headers } = await get(app, `${url}?token=abc`);
      assert.ok(status === 404 || status === 400, `${url}: ${status}`);
      assert.doesNotMatch(JSON.stringify(body), /abc/, 'the query is not echoed');
      isProblem(body, headers);
    }
  });

  test('of another site in a browser is turned away', async () => {
    const { status, body } = await get(app, '/api/v1/canaries', { host: 'evil.example:8080' });
    assert.deepEqual([status, body['type'], body['value']], [421, '/problems/wrong-host', 'evil.example']);
    for (const host of ['localhost:1', '127.0.0.1:8080', '[::1]:8080']) {
      assert.equal((await app.inject({ url: '/healthz', headers: { host } })).statusCode, 200, host);
    }
  });
});

describe('without any server', () => {
  test('it is healthy, but not ready, and says what is missing', async () => {
    assert.equal((await app.inject({ url: '/healthz' })).statusCode, 200);
    const { status, body } = await get(app, '/readyz');
    assert.deepEqual([status, body['type']], [503, '/problems/not-ready']);
    assert.match(String(body['detail']), /cache of canaries is not filled.*Temporal could not answer/);
  });

  test('reading and writing say which server it is', async () => {
    const image = { images: { app: 'a:1' } };
    const cases = [
      [await get(app, '/api/v1/canaries'), 'kubernetes-unreachable'],
      [await get(app, '/api/v1/namespaces/test/canaries/podinfo'), 'kubernetes-unreachable'],
      [await post(app, ROLLOUTS, image), 'kubernetes-unreachable'],
      [await get(app, ORDERS), 'temporal-unreachable'],
      [await post(app, `${ORDERS}/abort`, {}), 'temporal-unreachable'],
      [await get(app, ROLLOUTS), 'temporal-unreachable'],
    ] as const;
    for (const [{ status, body, headers }, type] of cases) {
      assert.deepEqual([status, body['type']], [503, `/problems/${type}`]);
      isProblem(body, headers);
      assert.doesNotMatch(JSON.stringify(body), /secret-of-serinus/);
    }
  });
});
