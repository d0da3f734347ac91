import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { Seal } from '../../src/api/auth/sessions/seal.js';
import type { ApiOptions } from '../../src/api/options.js';
import { offlineApi } from '../harness/api/offline.js';
import { Browser, type Page } from '../harness/auth/browser.js';
import { CLIENT, TestIssuer } from '../harness/auth/issuer.js';
import { keyOf, oidc, ORIGIN } from '../harness/auth/settings.js';

let issuer: TestIssuer;
before(async () => void (issuer = await TestIssuer.start([ORIGIN])));
after(() => issuer.close());

const SESSION = '__Host-serinus-session';
const CANARIES = '/api/v1/canaries';

/** The API without any server but the issuer, and a browser that has logged in. */
async function open(t: TestContext, more: Partial<ApiOptions> = {}) {
  const api = offlineApi({ authentication: oidc(issuer), ...more });
  t.after(() => api.close());
  const browser = new Browser(api.app);
  await browser.logIn();
  return { ...api, browser };
}

const logout = (browser: Browser, headers: Record<string, string>): Promise<Page> =>
  browser.send({ method: 'POST', url: '/auth/logout', headers });

function assertProblem({ status, body, text }: Page, wanted: number, type: string, what = ''): void {
  assert.deepEqual([status, body['type']], [wanted, `/problems/${type}`], `${what} ${text}`);
}

describe('the cookie of a session', () => {
  test('that somebody has changed is none', async (t) => {
    const { browser } = await open(t);
    const good = browser.cookies.get(SESSION) ?? '';
    const parts = good.split('.');
    for (const [index, part] of parts.entries()) {
      if (part === '') continue;
      const changed = `${part[0] === 'A' ? 'B' : 'A'}${part.slice(1)}`;
      browser.cookies.set(SESSION, parts.with(index, changed).join('.'));
      const page = await browser.send({ url: CANARIES });
      assertProblem(page, 401, 'unauthenticated', `part ${index}`);
      assert.match(String(page.body['detail']), /the session is over or not valid here/);
      assert.equal((await browser.session())['user'], undefined);
    }
    browser.cookies.set(SESSION, good);
    // Kubernetes isn't there to say what carol may do: it got as far as that.
    assertProblem(await browser.send({ url: CANARIES }), 503, 'kubernetes-unreachable');
  });

  test('is over when it says so, and is taken for nothing else', async (t) => {
    const { browser } = await open(t);
    const seal = new Seal([keyOf(1)], `${issuer.url} ${CLIENT.id}`);
    const content = { user: { username: 'mallory', groups: [] }, csrf: 'x', expires: 4_000_000_000 };
    const now = Math.floor(Date.now() / 1000);
    for (const [sealed, status] of [
      [await seal.seal('session', content, now + 60), 503],
      [await seal.seal('session', content, now - 1), 401],
      [await seal.seal('login', content, now + 60), 401],
      [await seal.seal('session', { user: 'mallory' }, now + 60), 401],
      [await new Seal([keyOf(9)], `${issuer.url} ${CLIENT.id}`).seal('session', content, now + 60), 401],
      ['x'.repeat(50), 401],
    ] as const) {
      browser.cookies.set(SESSION, sealed);
      assert.equal((await browser.send({ url: CANARIES })).status, status);
    }
  });
});

describe('a request that changes something, with a session', () => {
  test('needs the token of just this session', async (t) => {
    const { app, browser } = await open(t);
    const own = await browser.ownHeaders(ORIGIN);
    const { 'x-serinus-csrf': token = '', ...bare } = own;
    const other = new Browser(app);
    await other.logIn();
    const { 'x-serinus-csrf': others = '' } = await other.ownHeaders(ORIGIN);
    for (const wrong of [undefined, '', 'x', `${token}x`, token.toLowerCase(), others]) {
      const headers = wrong === undefined ? bare : { ...bare, 'x-serinus-csrf': wrong };
      assertProblem(await logout(browser, headers), 403, 'csrf-token', String(wrong));
    }
    assert.equal((await logout(browser, own)).status, 200);
    await browser.logIn();
    assertProblem(await logout(browser, own), 403, 'csrf-token', 'replayed after another login');
  });

  test('is refused from a page of another site, even with the token', async (t) => {
    const { browser, log } = await open(t);
    const { 'x-serinus-csrf': token = '' } = await browser.ownHeaders(ORIGIN);
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${ORIGIN}.evil.example` },
      { origin: ORIGIN.replace('https', 'http') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      const page = await logout(browser, { 'x-serinus-csrf': token, ...headers });
      assertProblem(page, 403, 'foreign-origin', JSON.stringify(headers));
    }
    const line = log.findLast((one) => one['audit'] === 'refused');
    assert.deepEqual([line?.['user'], line?.['channel'], line?.['status']], ['carol@example.com', 'ui', 403]);
    assert.equal((await logout(browser, { 'x-serinus-csrf': token, 'sec-fetch-site': 'same-origin' })).status, 200);
  });

  test('needs neither with a bearer token, which wins over the cookie', async (t) => {
    const { browser } = await open(t);
    const page = await logout(browser, { authorization: 'Bearer some-token' });
    assertProblem(page, 503, 'kubernetes-unreachable', 'Kubernetes is asked about the token');
  });
});

describe('limits', () => {
  test('of logins go by address', async (t) => {
    const limits = { requests: 0, changes: 0, logins: 3 };
    const api = offlineApi({ authentication: oidc(issuer), limits });
    t.after(() => api.close());
    const browser = new Browser(api.app);
    for (let i = 0; i < 3; i += 1) assert.equal((await browser.send({ url: '/auth/login' })).status, 302);
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    const page = await browser.send({ url: '/auth/login', headers });
    assertProblem(page, 429, 'rate-limited');
    const seconds = Number(page.headers['retry-after']);
    assert.ok(seconds >= 1 && seconds <= 60, String(seconds));
    assert.equal(page.body['retryAfter'], seconds);
    const withToken = await browser.send({ url: CANARIES, headers: { authorization: 'Bearer x' } });
    assertProblem(withToken, 503, 'kubernetes-unreachable', 'a token is asked about all the same');
    assert.ok(api.log.some((line) => line['audit'] === 'refused' && line['status'] === 429));
  });

  test('of requests and of changes go by user', async (t) => {
    const { app, browser } = await open(t, { limits: { requests: 6, changes: 1, logins: 0 } });
    const own = await browser.ownHeaders(ORIGIN);
    const check = () => browser.send({ method: 'POST', url: '/api/v1/check', headers: own, payload: {} });
    assert.equal((await check()).status, 422);
    const second = await check();
    assertProblem(second, 429, 'rate-limited');
    assert.match(String(second.body['detail']), /more than 1 requests that change something a minute/);
    for (let i = 0; i < 3; i += 1) assert.ok((await browser.session())['user']);
    assertProblem(await browser.send({ url: '/api/v1/session' }), 429, 'rate-limited');
    issuer.user = { ...issuer.user, email: 'dave@example.com' };
    const other = new Browser(app);
    await other.logIn();
    assert.ok((await other.session())['user'], 'somebody else has their own');
  });

  test('tell callers behind a proxy apart only where it is trusted', async (t) => {
    const limits = { requests: 0, changes: 0, logins: 1 };
    const api = offlineApi({ authentication: oidc(issuer), limits, trustedProxies: ['127.0.0.0/8'] });
    t.after(() => api.close());
    const from = (address: string) =>
      new Browser(api.app).send({ url: '/auth/login', headers: { 'x-forwarded-for': address } });
    assert.equal((await from('192.0.2.1')).status, 302);
    assert.equal((await from('192.0.2.2')).status, 302);
    assert.equal((await from('192.0.2.1')).status, 429);
  });
});

describe('security headers', () => {
  const wanted = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  };

  test('are on every answer, also on refusals', async (t) => {
    const { browser } = await open(t, { limits: { requests: 0, changes: 0, logins: 2 } });
    for (const url of [
      '/',
      '/healthz',
      '/api/v1/session',
      '/auth/login',
      '/auth/callback',
      '/%zz',
      '/api/v1/nothing',
    ]) {
      const { headers } = await browser.send({ url });
      for (const [name, value] of Object.entries(wanted)) assert.equal(headers[name], value, `${url} ${name}`);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/, url);
      assert.doesNotMatch(policy, /unsafe/);
      assert.equal(headers['strict-transport-security'], undefined, 'plain HTTP');
      if (/^\/(api|auth)\//.test(url)) assert.equal(headers['cache-control'], 'no-store', url);
      else assert.notEqual(headers['cache-control'], 'no-store', url);
    }
  });

  test('demand HTTPS where a trusted proxy says that it is', async (t) => {
    const headers = { 'x-forwarded-proto': 'https' };
    const trusting = await open(t, { trustedProxies: ['127.0.0.1'] });
    const page = await trusting.browser.send({ url: '/healthz', headers });
    assert.equal(page.headers['strict-transport-security'], 'max-age=31536000');
    const { browser } = await open(t);
    assert.equal((await browser.send({ url: '/healthz', headers })).headers['strict-transport-security'], undefined);
  });
});

describe('without authentication', () => {
  test('it says that it is for development, and pages of other sites are shut out', async (t) => {
    const api = offlineApi();
    t.after(() => api.close());
    const browser = new Browser(api.app);
    assert.deepEqual(await browser.session(), { mode: 'none', development: true });
    const { body } = await browser.send({ url: '/api/v1/namespaces/shop/canaries/cart/permissions' });
    assert.deepEqual(new Set(Object.values(body['orders'] as object)), new Set([true]));
    const check = (headers: Record<string, string>) =>
      browser.send({ method: 'POST', url: '/api/v1/check', payload: {}, headers });
    assertProblem(await check({ origin: 'https://evil.example' }), 403, 'foreign-origin');
    assertProblem(await check({ 'sec-fetch-site': 'cross-site' }), 403, 'foreign-origin');
    assertProblem(await check({ host: 'evil.example' }), 421, 'wrong-host');
    assert.equal(
      (await check({ origin: 'http://localhost:5173' })).status,
      422,
      'a development server of this machine',
    );
    assert.equal((await check({})).status, 422);
    assert.equal((await browser.send({ url: '/auth/login' })).status, 404);
  });
});
