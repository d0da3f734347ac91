import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UserError } from '../../src/errors.js';
import { fromHey, type LoadSpec } from '../../src/loadtest/generate.js';

const words = (line: string) => line.split(' ');
const URL_ = 'http://app.test/';

test("the reference release's command", () => {
  const line = 'hey -z 1m -q 10 -c 2 -h2 -host app.example.com http://apisix-gateway.apisix/api/info';
  const expected: LoadSpec = {
    name: 'load-test',
    url: 'http://apisix-gateway.apisix/api/info',
    method: 'GET',
    host: 'app.example.com',
    headers: { 'content-type': 'text/html', 'accept-encoding': 'gzip' },
    connections: 2,
    requestsPerSecond: 10,
    until: { seconds: 60 },
    timeoutSeconds: 20,
    keepAlive: true,
    skipTlsVerify: true,
  };
  assert.deepEqual(fromHey(words(line), 'load-test'), expected);
  assert.deepEqual(fromHey(words(line).slice(1), 'load-test'), expected);
});

describe('flags', () => {
  const table: readonly (readonly [string, Partial<LoadSpec>])[] = [
    ['', { connections: 50, until: { requests: 200 }, timeoutSeconds: 20, method: 'GET' }],
    ['-n 1000 -c 10', { connections: 10, until: { requests: 1000 } }],
    ['-n 1 -c 10 -z 5s', { connections: 10, until: { seconds: 5 } }],
    ['-z 1m30s', { until: { seconds: 90 } }],
    ['-z 1.5s', { until: { seconds: 1.5 } }],
    ['-z 500ms', { until: { seconds: 0.5 } }],
    ['-z 1h', { until: { seconds: 3600 } }],
    ['-z 0', { until: { requests: 200 } }],
    ['-z=10s -c=3', { connections: 3, until: { seconds: 10 } }],
    ['--z 10s --c 3', { connections: 3, until: { seconds: 10 } }],
    ['-q 2.5', { requestsPerSecond: 2.5 }],
    ['-t 5', { timeoutSeconds: 5 }],
    ['-t 0', { timeoutSeconds: 300 }],
    ['-m post', { method: 'POST' }],
    ['-d {"a":1}', { body: '{"a":1}' }],
    ['-disable-keepalive', { keepAlive: false }],
    ['-disable-keepalive=false', { keepAlive: true }],
    ['-h2 -disable-redirects', { keepAlive: true }],
    ['-disable-compression', { headers: { 'content-type': 'text/html' } }],
    ['-c 3 --', { connections: 3 }],
  ];
  for (const [flags, expected] of table) {
    test(flags || 'none', () => {
      const spec = fromHey([...words(flags).filter(Boolean), URL_]);
      for (const [field, value] of Object.entries(expected)) {
        assert.deepEqual(spec[field as keyof LoadSpec], value, field);
      }
    });
  }

  test('headers: -T, then -H, then -A; the last one counts', () => {
    const argv = ['-T', 'text/plain', '-H', 'X-Canary: always', '-H', 'x-canary:never', '-H', 'Content-Type: a/b'];
    assert.deepEqual(fromHey([...argv, '-A', 'application/json', '-H', 'Accept: x/y', URL_]).headers, {
      'content-type': 'a/b',
      'accept-encoding': 'gzip',
      'x-canary': 'never',
      accept: 'application/json',
    });
  });
});

describe('refused, by name', () => {
  const table: readonly (readonly [readonly string[], RegExp])[] = [
    [['-x', 'http://proxy:1', URL_], /-x is not supported/],
    [['-a', 'user:hidden', URL_], /-a is not supported/],
    [['-auser:hidden', URL_], /-a… is not supported/],
    [['-D', '/etc/passwd', URL_], /-D is not supported/],
    [['-headers', 'a', URL_], /-headers is not supported/],
    [['-__proto__', 'a', URL_], /-__proto__ is not supported/],
    [['-z'], /-z needs a value/],
    [['-z', '1x', URL_], /-z takes a duration/],
    [['-z', '-5s', URL_], /-z takes a duration/],
    [['-z', '2h', URL_], /until\.seconds/],
    [['-c', '0', '-z', '1s', URL_], /connections/],
    [['-c', '1000', '-z', '1s', URL_], /connections/],
    [['-c', 'two', URL_], /-c takes a whole number/],
    [['-n', '10', '-c', '20', URL_], /-n cannot be less than -c/],
    [['-q', 'fast', URL_], /-q takes a number/],
    [['-H', 'no colon hidden', URL_], /-H takes/],
    [['-H', 'Host: a', URL_], /-H cannot set Host; use -host/],
    [['-H', 'X-A: a\nb: hidden', URL_], /x-a/],
    [['-m', 'GET /', URL_], /method/],
    [['-h2=maybe', URL_], /-h2 takes true or false/],
    [['-z', '1s'], /URL is missing/],
    [[URL_, '-c', '2'], /URL comes last/],
    [['app.test'], /url/],
    [[], /URL is missing/],
  ];
  for (const [argv, message] of table) {
    test(argv.join(' ') || 'nothing', () => {
      assert.throws(
        () => fromHey(argv),
        (error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /hidden/);
          return true;
        },
      );
    });
  }
});
