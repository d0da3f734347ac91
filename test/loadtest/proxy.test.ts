import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UserError } from '../../src/errors.js';
import { proxyFor } from '../../src/loadtest/load/proxy.js';

const proxied = (url: string, noProxy: string) =>
  proxyFor(new URL(url), { HTTP_PROXY: 'http://proxy:3128', NO_PROXY: noProxy }) !== undefined;

describe('no_proxy', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['', 'http://a.test/', true],
    ['*', 'http://a.test/', false],
    ['a.test', 'http://a.test/', false],
    ['A.TEST', 'http://a.test/', false],
    ['a.test', 'http://b.a.test/', false],
    ['a.test', 'http://ba.test/', true],
    ['.a.test', 'http://b.a.test/', false],
    ['.a.test', 'http://a.test/', true],
    ['*.a.test', 'http://b.a.test/', false],
    ['a.test:8080', 'http://a.test:8080/', false],
    ['a.test:8080', 'http://a.test/', true],
    ['a.test:80', 'http://a.test/', false],
    ['x.test, 127.0.0.1 localhost', 'http://127.0.0.1:9090/', false],
    ['x.test, 127.0.0.1 localhost', 'http://localhost/', false],
    ['::1', 'http://[::1]:9090/', false],
    ['[::1]:9090', 'http://[::1]:9090/', false],
    ['[::1]:9090', 'http://[::1]:9091/', true],
    ['10.0.0.0/8', 'http://10.1.2.3/', false],
    ['10.0.0.0/8', 'http://11.1.2.3/', true],
    ['10.0.0.0/8', 'http://a.test/', true],
    ['10.0.0.0/99', 'http://10.1.2.3/', true],
    ['fd00::/8', 'http://[fd00::1]/', false],
    [',,', 'http://a.test/', true],
  ];
  for (const [noProxy, url, expected] of table) {
    test(`"${noProxy}" ${expected ? 'leaves' : 'exempts'} ${url}`, () => assert.equal(proxied(url, noProxy), expected));
  }
});

describe('http_proxy', () => {
  const url = new URL('http://a.test/');
  test('is looked up in small letters first, and needs no scheme', () => {
    assert.equal(proxyFor(url, { http_proxy: 'small:1', HTTP_PROXY: 'http://big:2' })?.host, 'small:1');
    assert.equal(proxyFor(url, { http_proxy: '', HTTP_PROXY: 'http://big:2' })?.host, 'big:2');
    assert.equal(proxyFor(url, {}), undefined);
  });
  test('is not for https', () =>
    assert.equal(proxyFor(new URL('https://a.test/'), { HTTP_PROXY: 'http://p' }), undefined));
  for (const bad of ['socks5://p:1', 'http://', 'https://p']) {
    test(`refuses ${bad}`, () => assert.throws(() => proxyFor(url, { HTTP_PROXY: bad }), UserError));
  }
});
