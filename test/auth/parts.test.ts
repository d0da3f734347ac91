import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { inWords } from '../../src/api/auth/access.js';
import { identityOf } from '../../src/api/auth/oidc/claims.js';
import { networkOf } from '../../src/api/auth/network.js';
import { isOwnPath } from '../../src/api/routes/login.js';
import { keyOf } from '../../src/api/auth/user.js';

describe('a path to go back to', () => {
  test('never leads elsewhere, whatever a browser makes of it', () => {
    const tricky = fc.array(
      fc.constantFrom('/', '\\', '.', '..', '@', ':', '?', '#', '%2f', '%5c', '\t', '\n', ' ', 'a'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          tricky.map((parts) => `/${parts.join('')}`),
        ),
        (path) => {
          if (!isOwnPath(path)) return;
          assert.equal(new URL(path, 'https://serinus.example.com').origin, 'https://serinus.example.com');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('may be any of our own', () => {
    for (const path of ['/', '/releases?image=a%2Fb&since=1', '/canaries/shop/cart#log', '/compare?a=x&b=y'])
      assert.ok(isOwnPath(path), path);
    for (const path of ['', 'releases', '//e', '/\\e', '/%2e%2e/../..//e', '/a b', '/auth/login', '/x/../auth/logout'])
      assert.ok(!isOwnPath(path), path);
  });
});

describe('a user of claims', () => {
  const settings = {
    usernameClaim: 'sub',
    usernamePrefix: 'x#',
    groupsClaim: 'groups',
    groupsPrefix: 'oidc:',
    required: {},
  };

  test('has prefixes, which also tell Kubernetes’ own groups from those of the issuer', () => {
    const { username, groups, ignored } = identityOf({ sub: 'a', groups: ['b', 'system:masters'] }, settings);
    assert.deepEqual(
      [username, groups, ignored],
      ['x#a', ['oidc:b', 'oidc:system:masters', 'system:authenticated'], []],
    );
  });

  test('may be in one group, or in none', () => {
    assert.deepEqual(identityOf({ sub: 'a', groups: 'b' }, settings).groups, ['oidc:b', 'system:authenticated']);
    assert.deepEqual(identityOf({ sub: 'a' }, settings).groups, ['system:authenticated']);
    assert.throws(() => identityOf({ sub: 'a', groups: [1] }, settings), /"groups" holds something that is no name/);
    assert.throws(() => identityOf({ sub: 7 }, settings), /there is no claim "sub"/);
  });
});

test('rights are remembered for just one user with just these groups', () => {
  const users = [
    { username: 'a' },
    { username: 'b' },
    { username: 'a', groups: ['g'] },
    { username: 'a', groups: ['g,h'] },
    { username: 'a', groups: ['g', 'h'] },
    { username: 'a', uid: 'g' },
    { username: 'a', extra: { g: ['h'] } },
  ];
  assert.equal(new Set(users.map(keyOf)).size, users.length);
  assert.equal(
    keyOf({ username: 'a', extra: { x: ['1'], y: ['2'] } }),
    keyOf({ username: 'a', extra: { y: ['2'], x: ['1'] } }),
  );
});

test('rights are named as Roles have them', () => {
  assert.equal(
    inWords({ verb: 'update', subresource: 'approve', namespace: 'shop', name: 'cart' }),
    'update canaries/approve.flagger.app "cart" in namespace "shop"',
  );
  assert.equal(inWords({ verb: 'list' }), 'list canaries.flagger.app in all namespaces');
});

describe('the network of an address', () => {
  test('is the same for all addresses of a /64, however they are written', () => {
    for (const [address, network] of [
      ['192.0.2.7', '192.0.2.7'],
      ['::ffff:192.0.2.7', '192.0.2.7'],
      ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1'],
      ['2001:0db8:0000:0001::9', '2001:db8:0:1'],
      ['2001:db8::1', '2001:db8:0:0'],
      ['2001:db8::a:b:c:d', '2001:db8:0:0'],
      ['2001:db8:0:0:1::', '2001:db8:0:0'],
      ['::1', '0:0:0:0'],
      ['::', '0:0:0:0'],
      ['fe80::1%eth0', 'fe80:0:0:0'],
    ] as const)
      assert.equal(networkOf(address), network, address);
  });
});
