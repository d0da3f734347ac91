import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { PAGE_PATHS } from '../../src/api/web/page.js';
import { offlineApi } from '../harness/api/offline.js';

const folder = mkdtempSync(join(tmpdir(), 'serinus-page-'));
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>the page</title>');
writeFileSync(join(folder, 'assets', 'index-abc.js'), 'export {};');
writeFileSync(join(folder, 'assets', 'index-abc.js.br'), 'brotli of it');
writeFileSync(join(folder, 'assets', 'index-abc.js.gz'), 'gzip of it');
writeFileSync(join(folder, '.built-from'), 'secret');
after(() => rmSync(folder, { recursive: true }));

describe('the web page', () => {
  const { app, close } = offlineApi({ page: folder });
  after(close);

  test('is given for each of its paths, and asked about each time', async () => {
    const paths = PAGE_PATHS.map((path) => path.replaceAll(/:\w+/g, 'some-thing'));
    for (const url of [...paths, '/compare?a=1&b=2', '/canaries/test/podinfo.v2']) {
      const { statusCode, headers, body } = await app.inject({ url });
      assert.equal(statusCode, 200, url);
      assert.match(body, /the page/);
      assert.equal(headers['cache-control'], 'no-cache');
      assert.match(String(headers['content-type']), /^text\/html/);
    }
  });

  test('has files that are kept for ever, because their names say what is in them', async () => {
    const { statusCode, headers } = await app.inject({ url: '/assets/index-abc.js' });
    assert.equal(statusCode, 200);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.match(String(headers['content-type']), /javascript/);
  });

  test('is sent compressed to who takes that, as it was when it was built', async () => {
    for (const [accepts, encoding, body] of [
      ['gzip, br', 'br', 'brotli of it'],
      ['gzip', 'gzip', 'gzip of it'],
      ['identity', undefined, 'export {};'],
    ] as const) {
      const answer = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': accepts } });
      assert.deepEqual([answer.statusCode, answer.headers['content-encoding'], answer.body], [200, encoding, body]);
      assert.match(String(answer.headers['content-type']), /javascript/);
      assert.equal(answer.headers['vary'], 'Accept-Encoding');
    }
  });

  test('is asked about once and not sent twice', async () => {
    const { headers } = await app.inject({ url: '/' });
    const again = await app.inject({ url: '/', headers: { 'if-none-match': String(headers['etag']) } });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
  });

  test('shows people that there is no such page; programs get a problem document', async () => {
    const people = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const { statusCode, headers, body } = await app.inject({ url: '/nowhere', headers: people });
    assert.equal(statusCode, 404);
    assert.match(body, /the page/);
    assert.match(String(headers['content-type']), /^text\/html/);
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    for (const url of ['/api/v1/nothing', '/assets/none.js']) {
      const answer = await app.inject({ url, headers: people });
      assert.equal(answer.headers['content-type'], 'application/problem+json', url);
    }
  });

  test('leaves other paths what they are', async () => {
    for (const url of ['/nothing', '/assets/none.js', '/.built-from', '/assets/../../package.json', '/canaries/test']) {
      const { statusCode, headers } = await app.inject({ url });
      assert.equal(statusCode, 404, url);
      assert.equal(headers['content-type'], 'application/problem+json', url);
    }
  });
});

test('a page that is not built is said so', async (t) => {
  const { app, close } = offlineApi({ page: undefined });
  t.after(close);
  const answer = await app.inject({ url: '/' });
  assert.equal(answer.statusCode, 404);
  assert.match(answer.json<{ remedy: string }>().remedy, /npm run build/);
});
