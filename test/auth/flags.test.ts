import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Command } from 'commander';
import { addApiFlags, authenticationOf, limitsOf, type ApiFlags } from '../../src/cli/flags/api-flags.js';
import { oidcSettingsOf } from '../../src/cli/flags/login-flags.js';
import { UsageError } from '../../src/cli/usage.js';

const directory = mkdtempSync(join(tmpdir(), 'serinus-flags-'));
after(() => rmSync(directory, { recursive: true }));

function flagsOf(...args: string[]): ApiFlags {
  const command = addApiFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command.parse(args, { from: 'user' });
  return command.opts<ApiFlags>();
}

const KEY = Buffer.alloc(32, 7).toString('base64');
const OIDC = [
  '--host=0.0.0.0',
  '--external-url=https://serinus.example.com',
  '--oidc-issuer-url=https://login.example.com/realms/shop',
  '--oidc-client-id=serinus',
];
const settings = (args: readonly string[], environment: Record<string, string> = { SERINUS_SESSION_KEYS: KEY }) =>
  oidcSettingsOf(flagsOf(...OIDC, ...args), environment);

function refused(act: () => unknown, message: RegExp): void {
  assert.throws(
    act,
    (error) => error instanceof UsageError && message.test(error.message) && !error.message.includes(KEY),
  );
}

describe('how callers are told apart', () => {
  test('follows from where the API listens and whether there is an issuer', () => {
    assert.equal(authenticationOf(flagsOf()).kind, 'none');
    assert.equal(authenticationOf(flagsOf('--host=0.0.0.0')).kind, 'kubernetes');
    refused(() => authenticationOf(flagsOf('--host=0.0.0.0', '--auth=none')), /for loopback only/);
    refused(() => authenticationOf(flagsOf('--auth=oidc')), /--auth oidc needs --oidc-issuer-url/);
    const local = [
      '--external-url=http://127.0.0.1:8080',
      '--oidc-issuer-url=http://127.0.0.1:5556',
      '--oidc-client-id=x',
    ];
    assert.equal(authenticationOf(flagsOf(...local)).kind, 'oidc');
    assert.equal(authenticationOf(flagsOf(...local, '--auth=none')).kind, 'none');
  });

  test('limits are left out where nobody is asked who he is', () => {
    const flags = flagsOf('--rate-limit=5');
    assert.deepEqual(limitsOf(flags, { kind: 'none' }), {});
    assert.deepEqual(limitsOf(flags, { kind: 'kubernetes', audiences: [] }), {
      limits: { requests: 5, changes: 120, logins: 60 },
    });
    for (const wrong of ['--rate-limit=-1', '--trusted-proxies=proxy', '--trusted-proxies=10.0.0.0/33'])
      assert.throws(() => flagsOf(wrong), wrong);
    assert.deepEqual(flagsOf('--trusted-proxies=10.0.0.0/8, ::1').trustedProxies, ['10.0.0.0/8', '::1']);
  });
});

describe('settings of logins', () => {
  test('have the defaults of the API server', () => {
    const { claims, scopes, clientSecret, sessionSeconds, sessionKeys, origin } = settings([]);
    assert.deepEqual(claims, {
      usernameClaim: 'sub',
      usernamePrefix: 'https://login.example.com/realms/shop#',
      groupsClaim: undefined,
      groupsPrefix: '',
      required: {},
    });
    assert.deepEqual(scopes, ['openid', 'profile', 'email']);
    assert.deepEqual([clientSecret, sessionSeconds, origin], [undefined, 28_800, 'https://serinus.example.com']);
    assert.deepEqual(sessionKeys, [Buffer.alloc(32, 7)]);
  });

  test('take prefixes, claims, and secrets from files or variables', () => {
    const file = join(directory, 'secret');
    writeFileSync(file, 'from a file\n');
    const args = [
      '--oidc-username-claim=email',
      '--oidc-groups-claim=groups',
      '--oidc-groups-prefix=oidc:',
      '--oidc-required-claim=hd=example.com,tier=a=b',
      `--oidc-client-secret-file=${file}`,
      '--oidc-scopes=groups',
      '--session-duration=30m',
    ];
    const { claims, clientSecret, scopes, sessionSeconds } = settings(args);
    assert.deepEqual([claims.usernamePrefix, claims.groupsPrefix], ['', 'oidc:']);
    assert.deepEqual(claims.required, { hd: 'example.com', tier: 'a=b' });
    assert.deepEqual([clientSecret, scopes, sessionSeconds], ['from a file', ['openid', 'groups'], 1_800]);
    const environment = { SERINUS_SESSION_KEYS: `${KEY}, ${KEY}`, SERINUS_OIDC_CLIENT_SECRET: 'from a variable' };
    const other = settings(['--oidc-username-prefix=-'], environment);
    assert.deepEqual(
      [other.claims.usernamePrefix, other.clientSecret, other.sessionKeys.length],
      ['', 'from a variable', 2],
    );
  });

  test('that can’t be are refused, and secrets aren’t shown', () => {
    refused(() => settings([], {}), /needs keys that seal sessions: set SERINUS_SESSION_KEYS/);
    refused(() => settings([], { SERINUS_SESSION_KEYS: `${KEY},c2hvcnQ=` }), /key 2 is not 32 bytes in base64/);
    refused(() => settings(['--oidc-client-secret-file=/nowhere']), /it can't be read/);
    refused(() => settings(['--external-url=http://serinus.example.com']), /http is for loopback only/);
    refused(
      () => settings(['--external-url=https://example.com/serinus']),
      /must have no path, such as https:\/\/example/,
    );
    refused(() => settings(['--oidc-issuer-url=login']), /it must be a URL such as/);
    refused(() => settings(['--oidc-required-claim=hd']), /it must be name=value/);
    for (const wrong of ['8', '10s', '-1h']) assert.throws(() => flagsOf(`--session-duration=${wrong}`), wrong);
  });
});
