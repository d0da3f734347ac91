import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import type { MetricTemplateProvider } from '../../../src/crds/metric-template.js';
import { UserError } from '../../../src/errors.js';
import { NoValuesFound, ProviderError, QueryRefused } from '../../../src/metrics/errors.js';
import type { MetricsProvider } from '../../../src/metrics/port.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { selfSigned } from '../../harness/http/self-signed.js';
import { never, reply, serve, type Answer } from '../../harness/http/server.js';
import { failure, success, vector } from './vendor.js';
import { provider } from '../template.js';

const TOKEN = 'zQ7-token-that-nobody-may-see';

async function prometheus(
  t: TestContext,
  given: Answer,
  more: Partial<MetricTemplateProvider> = {},
  credentials?: Record<string, string>,
): Promise<{ opened: MetricsProvider; requests: readonly IncomingMessage[]; url: string }> {
  const { url, requests } = await serve(t, (_, response) => reply(response, given));
  const options = { provider: provider(url, more), ...(credentials ? { credentials } : {}) };
  return { opened: createProvider(options), requests, url };
}

describe('prometheus: requests', () => {
  test('GET of the query, its whitespace collapsed, everything else as it is', async (t) => {
    const { opened, requests } = await prometheus(t, vector('1'));
    await opened.query('sum(\n\trate(a{b=~"x+y|%&ö"}[1m])  )', never);
    const url = new URL(requests[0]?.url ?? '', 'http://x');
    assert.equal(requests[0]?.method, 'GET');
    assert.equal(url.pathname, '/api/v1/query');
    assert.deepEqual([...url.searchParams], [['query', 'sum( rate(a{b=~"x+y|%&ö"}[1m]) )']]);
  });

  const paths: readonly (readonly [string, string])[] = [
    ['', '/api/v1/query'],
    ['/', '/api/v1/query'],
    ['/select/0/prometheus', '/select/0/prometheus/api/v1/query'],
    ['/prom/', '/prom/api/v1/query'],
    ['/prom?tenant=a&query=b', '/prom/api/v1/query'],
    ['/prom#x', '/prom/api/v1/query'],
  ];
  for (const [given, path] of paths) {
    test(`the API below the address's path: ${given || 'none'}`, async (t) => {
      const { url, requests } = await serve(t, (_, response) => reply(response, vector('1')));
      await createProvider({ provider: provider(`${url}${given}`) }).query('up', never);
      assert.equal(requests[0]?.url, `${path}?query=up`);
    });
  }

  test('a long query is sent by GET too', async (t) => {
    const { opened, requests } = await prometheus(t, vector('1'));
    const query = `up{pod=~"${'a'.repeat(7_000)}"}`;
    await opened.query(query, never);
    assert.equal(new URL(requests[0]?.url ?? '', 'http://x').searchParams.get('query'), query);
  });

  test('custom headers, with several values', async (t) => {
    const headers = { 'X-Scope-OrgID': ['team-a'], 'X-Many': ['a', 'b'] };
    const { opened, requests } = await prometheus(t, vector('1'), { headers });
    await opened.query('up', never);
    assert.equal(requests[0]?.headers['x-scope-orgid'], 'team-a');
    assert.deepEqual(requests[0]?.headersDistinct['x-many'], ['a', 'b']);
    assert.equal(requests[0]?.headers.authorization, undefined);
  });

  test('credentials take the place of a custom Authorization header, once, and change nothing given', async (t) => {
    const headers = Object.freeze({ authorization: Object.freeze(['Bearer other']) });
    const { opened, requests } = await prometheus(t, vector('1'), { headers }, { token: `${TOKEN}\n` });
    for (let times = 0; times < 3; times++) await opened.query('up', never);
    for (const request of requests) assert.deepEqual(request.headersDistinct['authorization'], [`Bearer ${TOKEN}`]);
    assert.deepEqual(headers, { authorization: ['Bearer other'] });
  });

  test('a custom Authorization header without credentials', async (t) => {
    const { opened, requests } = await prometheus(t, vector('1'), { headers: { Authorization: ['Token t'] } });
    await opened.query('up', never);
    assert.equal(requests[0]?.headers.authorization, 'Token t');
  });

  test('user-info of the address is basic authentication, and is never told', async (t) => {
    const { url, requests } = await serve(t, (_, response) => reply(response, { status: 500, body: 's3cr%t' }));
    const address = url.replace('http://', 'http://me:s3cr%25t@');
    await assert.rejects(createProvider({ provider: provider(address) }).query('up', never), (error: Error) => {
      assert.doesNotMatch(error.message, /s3cr/);
      return true;
    });
    assert.equal(requests[0]?.headers.authorization, `Basic ${Buffer.from('me:s3cr%t').toString('base64')}`);
  });

  test('token before password', async (t) => {
    const credentials = { token: TOKEN, username: 'u', password: 'p' };
    const { opened, requests } = await prometheus(t, vector('1'), {}, credentials);
    await opened.query('up', never);
    assert.equal(requests[0]?.headers.authorization, `Bearer ${TOKEN}`);
  });

  test('a redirect is followed within the host only', async (t) => {
    const other = await serve(t, (_, response) => reply(response, vector('5')));
    const { url } = await serve(t, (request, response) =>
      response.writeHead(302, { Location: `${other.url}${request.url}` }).end(),
    );
    const options = { provider: provider(url), credentials: { token: TOKEN } };
    await assert.rejects(createProvider(options).query('up', never), /redirect/);
    assert.deepEqual(other.requests, []);
    const own = await serve(t, (request, response) => {
      if (request.url?.startsWith('/moved/')) reply(response, vector('5'));
      else response.writeHead(302, { Location: `/moved${request.url}` }).end();
    });
    assert.equal(await createProvider({ provider: provider(own.url) }).query('up', never), 5);
  });

  test('a certificate that nobody vouches for', async (t) => {
    const { url } = await serve(t, (_, response) => reply(response, vector('5')), selfSigned('127.0.0.1'));
    const insecure = createProvider({ provider: provider(url, { insecureSkipVerify: true }) });
    assert.equal(await insecure.query('up', never), 5);
    await assert.rejects(createProvider({ provider: provider(url) }).query('up', never), (error: Error) => {
      assert.ok(error instanceof ProviderError);
      assert.match(error.message, /self-signed certificate/);
      return true;
    });
  });
});

describe('prometheus: answers', () => {
  const values: readonly (readonly [string, Answer, number])[] = [
    ['the last of several series', vector('1', '2', '3'), 3],
    ['a scalar', success('scalar', [1_700_000_000, '42.5']), 42.5],
    ['an exponent', vector('1.5e-07'), 1.5e-7],
    ['plus infinity', vector('+Inf'), Infinity],
    ['minus infinity', vector('-Inf'), -Infinity],
    [
      'the last with a sample, among native histograms',
      success('vector', [
        { metric: {}, value: [1, '8'] },
        { metric: {}, histogram: [1, { count: '1' }] },
      ]),
      8,
    ],
    ['a sample that is no text is passed over', success('vector', [{ value: [1, '8'] }, { value: [1, 9] }]), 8],
  ];
  for (const [what, given, expected] of values) {
    test(what, async (t) => {
      const { opened } = await prometheus(t, given);
      assert.equal(await opened.query('up', never), expected);
    });
  }

  const errors: readonly (readonly [string, Answer, new (...args: never[]) => Error, RegExp])[] = [
    ['a matrix', success('matrix', [{ values: [[1, '1']] }]), QueryRefused, /^query returned multiple values$/],
    ['a string', success('string', [1, 'a']), QueryRefused, /^query returned a string, not a number$/],
    ['a scalar NaN', success('scalar', [1, 'NaN']), NoValuesFound, /^no values found$/],
    ['no result', success('vector', null), NoValuesFound, /^no values found$/],
    ['NaN in the last series', vector('1', 'NaN'), NoValuesFound, /^no values found$/],
    ['a value that is no number', vector('much'), ProviderError, /^this is no answer of a Prometheus: /],
    ['an empty value', vector(''), ProviderError, /^this is no answer of a Prometheus: /],
    ['an empty body', { status: 200, body: '' }, ProviderError, /^this is no answer of a Prometheus: nothing$/],
    [
      'a query that does not parse',
      failure(400, 'bad_data', 'parse error'),
      QueryRefused,
      /^error response: Status 400 Bad Request: parse error$/,
    ],
    ['a query that cannot be carried out', failure(422, 'execution', 'many-to-many'), QueryRefused, /Status 422 /],
    [
      'a wrong path',
      { status: 404, body: 'not here' },
      ProviderError,
      /^error response: Status 404 Not Found: not here$/,
    ],
    [
      'a failing server',
      { status: 500, body: 'one\n  two' },
      ProviderError,
      /^error response: Status 500 Internal Server Error: one two$/,
    ],
    ['too many requests', { status: 429, body: '' }, ProviderError, /Status 429 Too Many Requests/],
    ['an answer beyond all bounds', { status: 200, body: 'x'.repeat(9e6) }, QueryRefused, /aggregate the query/],
  ];
  for (const [what, given, kind, message] of errors) {
    test(what, async (t) => {
      const { opened } = await prometheus(t, given);
      await assert.rejects(opened.query('up', never), (error: Error) => {
        assert.ok(error instanceof kind, `${error.name}: ${error.message}`);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('online asks for vector(1), and takes nothing but 1', async (t) => {
    const { opened, requests } = await prometheus(t, vector('2'));
    await assert.rejects(opened.checkOnline(never), { message: 'the value of vector(1) is 2, not 1' });
    assert.equal(requests[0]?.url, '/api/v1/query?query=vector(1)');
  });
});

describe('prometheus: what cannot be used', () => {
  const refusals: readonly (readonly [string, () => MetricsProvider, RegExp])[] = [
    ['no address', () => createProvider({ provider: provider('') }), /^prometheus address is not a valid URL: /],
    [
      'another scheme',
      () => createProvider({ provider: provider('ftp://x') }),
      /^prometheus address is not a valid URL: /,
    ],
    ['half an address', () => createProvider({ provider: provider('prometheus:9090') }), /not a valid URL/],
    [
      'an empty Secret',
      () => createProvider({ provider: provider('http://p'), credentials: {} }),
      /^prometheus credentials does not contain a username$/,
    ],
    [
      'a user without a password',
      () => createProvider({ provider: provider('http://p'), credentials: { username: 'u' } }),
      /^prometheus credentials does not contain a password$/,
    ],
    [
      'a header with a line break',
      () => createProvider({ provider: provider('http://p', { headers: { 'X-Key': ['hush\nhush'] } }) }),
      /^header "X-Key" can't be sent: it has characters that HTTP doesn't allow$/,
    ],
    [
      'a header name with a space',
      () => createProvider({ provider: provider('http://p', { headers: { 'X Key': ['a'] } }) }),
      /^header "X Key" can't be sent/,
    ],
    [
      'a token with a line break inside',
      () => createProvider({ provider: provider('http://p'), credentials: { token: 'hush\nhush' } }),
      /^header "Authorization" can't be sent: it has characters that HTTP doesn't allow$/,
    ],
  ];
  for (const [what, create, message] of refusals) {
    test(what, () => {
      assert.throws(create, (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hush/);
        return true;
      });
    });
  }
});
