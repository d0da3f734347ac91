import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Seal } from '../../src/api/auth/sessions/seal.js';
import { chatUsersOf } from '../../src/api/chat/users.js';
import { authenticationOf, type ApiFlags } from '../../src/cli/flags/api-flags.js';
import { offlineApi } from '../harness/api/offline.js';
import { Browser } from '../harness/auth/browser.js';
import { CLIENT, TestIssuer } from '../harness/auth/issuer.js';
import { keyOf, oidc, ORIGIN } from '../harness/auth/settings.js';

const SESSION = '__Host-serinus-session';

let issuer: TestIssuer;
before(async () => void (issuer = await TestIssuer.start([ORIGIN])));
after(() => issuer.close());

describe('a session that somebody has sealed with a stolen key', () => {
  const NAMES = [
    'system:admin',
    'system:masters',
    'system:serviceaccount:serinus:serinus-api',
    'system:',
    'system:node:a',
  ];
  const forged = async (user: { username: string; groups: string[] }) => {
    const { app, log, close } = offlineApi({ authentication: oidc(issuer) });
    const seal = new Seal([keyOf(1)], `${issuer.url} ${CLIENT.id}`);
    const until = Math.floor(Date.now() / 1000) + 60;
    const browser = new Browser(app);
    browser.cookies.set(SESSION, await seal.seal('session', { user, csrf: 'x', expires: until }, until));
    return { browser, log, close };
  };

  for (const username of NAMES) {
    test(`is nobody’s where it names ${username}`, async (t) => {
      const { browser, close } = await forged({ username, groups: ['shop'] });
      t.after(close);
      assert.equal((await browser.session())['user'], undefined);
      assert.equal((await browser.send({ url: '/api/v1/canaries' })).status, 401);
      const order = await browser.send({
        method: 'POST',
        url: '/api/v1/rollouts/a.b.11111111-1111-4111-8111-111111111111/approve',
        headers: { 'x-serinus-csrf': 'x', origin: ORIGIN },
        payload: {},
      });
      assert.equal(order.status, 401);
    });
  }

  test('has no group of Kubernetes’ own but the one that everybody has', async (t) => {
    const { browser, close } = await forged({
      username: 'mallory',
      groups: ['system:masters', 'shop', 'system:serviceaccounts', 'system:authenticated', 'system:nodes'],
    });
    t.after(close);
    assert.deepEqual((await browser.session())['user'], { name: 'mallory', groups: ['shop', 'system:authenticated'] });
  });
});

test('nobody in Slack is one of Kubernetes’ own', () => {
  for (const entry of [{ user: 'system:admin' }, { user: 'ana', groups: ['system:masters'] }]) {
    assert.throws(() => chatUsersOf({ U024BE7LH: entry }), /names that begin with system: are Kubernetes’ own/);
  }
});

describe('without authentication, what a proxy forwards', () => {
  const { app, close } = offlineApi();
  after(close);
  const HEADERS: readonly (readonly [string, string])[] = [
    ['Forwarded', 'for=192.0.2.7'],
    ['Via', '1.1 proxy'],
    ['X-Forwarded-For', '192.0.2.7'],
    ['X-Forwarded-Host', 'localhost'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Real-IP', '192.0.2.7'],
  ];
  for (const [name, value] of HEADERS) {
    test(`is refused: ${name}`, async () => {
      for (const [method, url] of [
        ['GET', '/api/v1/canaries'],
        ['GET', '/'],
        ['POST', '/api/v1/rollouts/a.b.11111111-1111-4111-8111-111111111111/abort'],
      ] as const) {
        const answer = await app.inject({ method, url, headers: { [name]: value, host: '127.0.0.1:8080' } });
        assert.equal(answer.statusCode, 421, url);
        const body = answer.json<Record<string, unknown>>();
        assert.deepEqual([body['type'], body['field'], body['value']], ['/problems/wrong-host', name, value]);
      }
    });
  }

  test('can’t be allowed by a setting', () => {
    const flags = { host: '127.0.0.1', audience: [], trustedProxies: ['10.0.0.0/8'] } as unknown as ApiFlags;
    assert.throws(() => authenticationOf(flags), /--trusted-proxies needs authentication/);
    assert.equal(authenticationOf({ ...flags, auth: 'kubernetes' }).kind, 'kubernetes');
  });
});
