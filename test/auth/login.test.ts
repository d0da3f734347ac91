import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test, type TestContext } from 'node:test';
import { parseSetCookie } from 'cookie';
import type { JWTPayload } from 'jose';
import type { OidcSettings } from '../../src/api/auth/oidc/settings.js';
import type { ApiOptions } from '../../src/api/options.js';
import { offlineApi } from '../harness/api/offline.js';
import { Browser, type Page } from '../harness/auth/browser.js';
import { TestIssuer } from '../harness/auth/issuer.js';
import { keyOf, LOCAL_ORIGIN, oidc, ORIGIN } from '../harness/auth/settings.js';

let issuer: TestIssuer;
before(async () => void (issuer = await TestIssuer.start([ORIGIN, LOCAL_ORIGIN])));
after(() => issuer.close());
afterEach(() => {
  issuer.user = { sub: 'u-1', email: 'carol@example.com', email_verified: true };
  issuer.claims = (claims) => claims;
  issuer.foreignKey = false;
  issuer.refuses = undefined;
});

/** The API without any server but the issuer, and a browser before it. */
function open(t: TestContext, changes: Partial<OidcSettings> = {}, more: Partial<ApiOptions> = {}) {
  const api = offlineApi({ authentication: oidc(issuer, changes), ...more });
  t.after(() => api.close());
  return { ...api, browser: new Browser(api.app) };
}

function assertFailed(page: Page, detail: RegExp): void {
  assert.deepEqual([page.status, page.body['type']], [400, '/problems/login-failed'], page.text);
  assert.match(String(page.body['detail']), detail);
}

describe('a login with a browser', () => {
  test('goes to the issuer with PKCE, state and nonce, and back to where it began', async (t) => {
    issuer.user = { ...issuer.user, groups: ['shop', 'system:masters'] };
    const { browser, log } = open(t);
    const { location } = await browser.send({ url: '/auth/login?return=/canaries/shop/cart?tab=1' });
    const asked = new URL(location);
    assert.equal(`${asked.origin}${asked.pathname}`, `${issuer.url}/authorize`);
    const { searchParams } = asked;
    assert.deepEqual(
      ['response_type', 'client_id', 'redirect_uri', 'code_challenge_method', 'scope'].map((key) =>
        searchParams.get(key),
      ),
      ['code', 'serinus', `${ORIGIN}/auth/callback`, 'S256', 'openid email'],
    );
    for (const key of ['state', 'nonce', 'code_challenge']) assert.ok((searchParams.get(key) ?? '').length >= 43, key);

    const done = await browser.logIn('/auth/login?return=/canaries/shop/cart?tab=1');
    assert.deepEqual([done.status, done.location], [302, '/canaries/shop/cart?tab=1'], done.text);
    const { user, mode, development, login, csrfToken, expiresAt } = await browser.session();
    assert.deepEqual(user, { name: 'carol@example.com', groups: ['shop', 'system:authenticated'] });
    assert.deepEqual([mode, development, login], ['oidc', false, '/auth/login']);
    assert.ok(String(csrfToken).length >= 32);
    assert.ok(Math.abs(Date.parse(String(expiresAt)) - Date.now() - 3_600_000) < 60_000);
    const line = log.find((one) => one['audit'] === 'login');
    assert.deepEqual([line?.['user'], line?.['channel']], ['carol@example.com', 'ui']);
    assert.ok(
      log.some(({ message, groups }) => /Kubernetes’ own/.test(message) && String(groups) === 'system:masters'),
    );
  });

  test('is kept in a cookie that scripts, other sites and plain HTTP don’t get, and nobody can read', async (t) => {
    const { browser } = open(t);
    await browser.logIn();
    const cookies = browser.set.map((line) => parseSetCookie(line)).filter(({ maxAge }) => maxAge !== 0);
    assert.deepEqual(cookies.map(({ name }) => name).sort(), ['__Host-serinus-logout', '__Host-serinus-session']);
    for (const { httpOnly, secure, sameSite, path, domain, maxAge, value } of cookies) {
      assert.deepEqual([httpOnly, secure, sameSite, path, domain], [true, true, 'strict', '/', undefined]);
      assert.equal(maxAge, 3_600);
      const parts = (value ?? '').split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
      assert.doesNotMatch(parts.join(), /carol|csrf|eyJ/);
    }
    const local = open(t, { origin: LOCAL_ORIGIN }).browser;
    await local.logIn();
    const [cookie] = local.set.map((line) => parseSetCookie(line)).filter(({ name }) => name === 'serinus-session');
    assert.deepEqual([cookie?.secure, cookie?.httpOnly, cookie?.sameSite], [undefined, true, 'strict']);
  });

  test('is refused with another state, without its beginning, and a second time', async (t) => {
    const { app, browser, log } = open(t);
    const back = await browser.toIssuer();
    assertFailed(await new Browser(app).back(back), /this browser has begun no such login/);
    const other = new URL(back);
    other.searchParams.set('state', `${back.searchParams.get('state')}x`);
    assertFailed(await browser.back(other), /begun no such login/);
    const again = await browser.toIssuer();
    const before = new Map(browser.cookies);
    assert.equal((await browser.back(again)).status, 302);
    assertFailed(await browser.back(again), /begun no such login/);
    for (const [name, value] of before) browser.cookies.set(name, value);
    assertFailed(await browser.back(again), /the issuer doesn't take the login: invalid_grant/);
    const refusals = log.filter((line) => line['audit'] === 'refused');
    assert.equal(refusals.length, 4);
    assert.deepEqual([refusals[0]?.['path'], refusals[0]?.['access']], ['/auth/callback', 'log in']);
  });

  test('is refused with the code of another login: PKCE binds it to the browser', async (t) => {
    const { app, browser } = open(t);
    const thief = new Browser(app);
    const [stolen, own] = [await browser.toIssuer(), await thief.toIssuer()];
    own.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    assertFailed(await thief.back(own), /invalid_grant/);
    assert.equal((await thief.session())['user'], undefined);
  });

  test('is refused with an ID token that is not for this login', async (t) => {
    const { browser } = open(t);
    const cases: [string, (claims: JWTPayload) => JWTPayload, RegExp][] = [
      ['nonce', (claims) => ({ ...claims, nonce: 'another' }), /"nonce"/],
      ['no nonce', ({ nonce: _nonce, ...claims }) => claims, /"nonce"/],
      ['audience', (claims) => ({ ...claims, aud: 'another' }), /"aud"/],
      ['issuer', (claims) => ({ ...claims, iss: 'https://elsewhere.example' }), /"iss"/],
      ['expired', (claims) => ({ ...claims, exp: 1_000_000_000 }), /"exp"/],
    ];
    for (const [what, claims, detail] of cases) {
      issuer.claims = claims;
      assertFailed(await browser.logIn(), detail);
      assert.equal((await browser.session())['user'], undefined, what);
    }
    issuer.claims = (claims) => claims;
    issuer.foreignKey = true;
    assertFailed(await browser.logIn(), /signature/);
  });

  test('is refused for users that the settings or Kubernetes don’t allow', async (t) => {
    const claims = { usernameClaim: 'email', usernamePrefix: '', groupsClaim: 'groups', groupsPrefix: '' };
    const { browser } = open(t, { claims: { ...claims, required: { hd: 'example.com' } } });
    assertFailed(await browser.logIn(), /the claim "hd" is not "example.com"/);
    issuer.user = { ...issuer.user, hd: 'example.com', email_verified: false };
    assertFailed(await browser.logIn(), /not verified/);
    issuer.user = { ...issuer.user, email: 'system:admin', email_verified: true };
    assertFailed(await browser.logIn(), /"system:admin" is Kubernetes' own/);
    issuer.user = { sub: 'u-1', hd: 'example.com' };
    assertFailed(await browser.logIn(), /there is no claim "email"/);
  });

  test('says what the issuer says', async (t) => {
    issuer.refuses = 'access_denied';
    const { browser } = open(t);
    assertFailed(await browser.logIn(), /the issuer says access_denied/);
    const page = await browser.back(await browser.toIssuer(), { accept: 'text/html,*/*' });
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    assert.match(page.text, /<h1>The login has failed<\/h1>[\s\S]*access_denied/);
  });

  test('shows what comes from outside as text', async (t) => {
    issuer.refuses = '<script>alert(1)</script>';
    const { browser } = open(t);
    const page = await browser.back(await browser.toIssuer(), { accept: 'text/html' });
    assert.doesNotMatch(page.text, /<script/);
    assert.match(page.text, /&lt;script&gt;/);
  });

  test('where the issuer can’t be reached says so, and works when it is back', async (t) => {
    const { browser } = open(t, { issuer: 'http://127.0.0.1:9' });
    const { status, body } = await browser.send({ url: '/auth/login' });
    assert.deepEqual([status, body['type']], [503, '/problems/issuer-unreachable']);
    assert.match(String(body['detail']), /http:\/\/127\.0\.0\.1:9 can't be used/);
  });

  test('never leads to another site, whatever host is asked for', async (t) => {
    const { browser } = open(t);
    for (const path of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'evil',
      '',
      '/%0d%0a',
      '/auth/login',
    ]) {
      const { status, body, location } = await browser.send({ url: `/auth/login?return=${encodeURIComponent(path)}` });
      if (path === '/%0d%0a') assert.equal(status, 302);
      else assert.deepEqual([status, body['field'], location], [422, 'return', ''], path);
    }
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
    const { location } = await browser.send({ url: '/auth/login', headers: forged });
    assert.equal(new URL(location).searchParams.get('redirect_uri'), `${ORIGIN}/auth/callback`);
  });

  test('holds many groups in several cookies, and refuses what doesn’t fit', async (t) => {
    const { browser } = open(t);
    const groups = (count: number) => Array.from({ length: count }, (_, i) => `${i}`.padStart(36, 'f'));
    issuer.user = { ...issuer.user, groups: groups(150) };
    assert.equal((await browser.logIn()).status, 302);
    assert.equal([...browser.cookies.keys()].filter((name) => name.includes('session')).length, 3);
    const { user } = await browser.session();
    assert.equal((user as { groups: string[] }).groups.length, 151);
    issuer.user = { ...issuer.user, groups: [] };
    assert.equal((await browser.logIn()).status, 302);
    assert.equal(
      [...browser.cookies.keys()].filter((name) => name.includes('session')).length,
      1,
      'the rest is cleared',
    );
    issuer.user = { ...issuer.user, groups: groups(400) };
    assertFailed(await browser.logIn(), /more groups \(401\) than cookies can hold/);
  });
});

describe('a logout', () => {
  test('ends the session here, and leads to the issuer’s own logout', async (t) => {
    const { browser, log } = open(t);
    await browser.logIn();
    const headers = await browser.ownHeaders(ORIGIN);
    const { status, body } = await browser.send({ method: 'POST', url: '/auth/logout', headers });
    assert.equal(status, 200);
    assert.equal(browser.cookies.size, 0);
    assert.equal((await browser.session())['user'], undefined);
    const location = new URL(String(body['location']));
    assert.equal(`${location.origin}${location.pathname}`, `${issuer.url}/logout`);
    assert.equal(location.searchParams.get('post_logout_redirect_uri'), `${ORIGIN}/`);
    assert.match(location.searchParams.get('id_token_hint') ?? '', /^eyJ/);
    assert.ok(log.some((line) => line['audit'] === 'logout' && line['user'] === 'carol@example.com'));
    assert.ok(!JSON.stringify(log).includes(location.searchParams.get('id_token_hint') ?? ''));
    const again = await browser.send({ method: 'POST', url: '/auth/logout', headers });
    assert.equal(again.status, 401);
  });
});

describe('keys of sessions', () => {
  test('are replaced in two steps, and nobody is logged out', async (t) => {
    const old = open(t, { sessionKeys: [keyOf(1)] }).browser;
    await old.logIn();
    for (const [keys, known] of [
      [[keyOf(1), keyOf(2)], true],
      [[keyOf(2), keyOf(1)], true],
      [[keyOf(2)], false],
    ] as const) {
      const { browser } = open(t, { sessionKeys: keys });
      for (const [name, value] of old.cookies) browser.cookies.set(name, value);
      assert.equal((await browser.session())['user'] !== undefined, known, JSON.stringify(keys.length));
    }
  });

  test('of another installation or issuer open nothing', async (t) => {
    const { browser } = open(t);
    await browser.logIn();
    const other = open(t, { clientId: 'another' }).browser;
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    assert.equal((await other.session())['user'], undefined);
  });
});
