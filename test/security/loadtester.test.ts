import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { LoadTesterOptions } from '../../src/loadtest/loadtester.js';
import { ask, running } from '../loadtest/running.js';

const task = (cmd: string, type = 'cmd') => ({ name: 'podinfo', namespace: 'test', metadata: { type, cmd } });
const output = (cmd: string) => ({
  name: 'podinfo',
  namespace: 'test',
  metadata: { type: 'bash', cmd, returnCmdOutput: 'true' },
});

async function tokenFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serinus-loadtester-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'token'), 'sesame');
  return join(folder, 'token');
}

/** What the process itself may hold, whatever a task does. */
const SECRETS = {
  SERINUS_SESSION_KEYS: 'k3y-of-sessions',
  SERINUS_LINK_KEYS: 'k3y-of-links',
  SERINUS_OIDC_CLIENT_SECRET: 's3cret-of-oidc',
  TEMPORAL_API_KEY: 'k3y-of-temporal',
  AWS_SECRET_ACCESS_KEY: 'k3y-of-aws',
  SOMETHING_ELSE: 'v4lue',
} as const;

function holding(t: TestContext): void {
  for (const [name, value] of Object.entries(SECRETS)) process.env[name] = value;
  t.after(() => {
    for (const name of Object.keys(SECRETS)) delete process.env[name];
  });
}

describe('a program that a task has started', () => {
  const variablesOf = (text: string): string[] =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('=', 1)[0] ?? '')
      // What the shell itself adds.
      .filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name));

  const environmentIn = async (t: TestContext, options: Partial<LoadTesterOptions>, cmd = 'env'): Promise<string> => {
    holding(t);
    const { url } = await running(t, { allowShell: true, ...options });
    const { status, text } = await ask(url, output(cmd));
    assert.equal(status, 200, text);
    return text;
  };

  test('finds PATH in its environment and nothing else of what the load tester holds', async (t) => {
    const text = await environmentIn(t, {});
    assert.deepEqual(variablesOf(text), ['PATH']);
    for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret), secret);
  });

  test('gets what the operator passes on, by name', async (t) => {
    const text = await environmentIn(t, { passEnv: ['SOMETHING_ELSE', 'NOT_SET'] });
    assert.deepEqual(variablesOf(text).sort(), ['PATH', 'SOMETHING_ELSE']);
  });

  test('gets what its task names, without a shell too', async (t) => {
    holding(t);
    const { url, log } = await running(t, { allow: ['env'] });
    const metadata = { type: 'cmd', cmd: "K6_VUS=10 GREETING='a b' env", logCmdOutput: 'true' };
    assert.equal((await ask(url, { name: 'podinfo', namespace: 'test', metadata })).status, 202);
    const { fields } = await log.until('command finished');
    const lines = String(fields['output']).split('\n').filter(Boolean);
    assert.deepEqual(lines.map((line) => line.split('=', 1)[0]).sort(), ['GREETING', 'K6_VUS', 'PATH']);
    assert.ok(lines.includes('GREETING=a b'));
  });

  for (const name of ['PATH', 'LD_PRELOAD', 'NODE_OPTIONS', 'BASH_ENV', 'CURL_HOME', 'PYTHONSTARTUP']) {
    test(`is not started where the task sets ${name}, which decides what is run`, async (t) => {
      const { url } = await running(t, { allow: ['true'] });
      const { status, text } = await ask(url, task(`${name}=/tmp/x true`));
      assert.deepEqual([status, text], [403, `a task may not set ${name}: it decides what is run`]);
    });
  }

  test('is not one that an assignment hides', async (t) => {
    const { url } = await running(t);
    assert.equal((await ask(url, task('A=1 sh -c id'))).status, 403);
    assert.equal((await ask(url, task('A=1'))).status, 403);
  });
});

describe('a request that a page of another site has caused', () => {
  const PATHS = ['/', '/gate/open', '/gate/close', '/gate/check', '/gate/approve', '/rollback/open', '/metrics'];
  const FOREIGN: readonly (readonly [string, Record<string, string>, number])[] = [
    ['an Origin', { origin: 'https://evil.example' }, 403],
    ['an Origin without a name', { origin: 'null' }, 403],
    [
      'an Origin of the name it has pointed here',
      { origin: 'http://evil.example:9090', host: 'evil.example:9090' },
      403,
    ],
    ['an Origin of this machine', { origin: 'http://127.0.0.1:9090' }, 403],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }, 403],
    ['a page at the same address', { 'sec-fetch-site': 'same-origin' }, 403],
    ['a name that it has pointed here', { host: 'evil.example' }, 421],
    ['a longer name', { host: 'loadtester.test.evil.example' }, 421],
    ['a name that begins as ours', { host: '127.0.0.1.evil.example:9090' }, 421],
    ['a name within the cluster, where no token is asked for', { host: 'loadtester.test' }, 421],
  ];
  for (const [what, headers, expected] of FOREIGN) {
    test(`is refused: ${what}`, async (t) => {
      const { url, log } = await running(t, { allow: ['true'] });
      for (const path of PATHS) {
        const { status } = await ask(`${url}${path}`, task('true'), { headers });
        assert.equal(status, expected, path);
      }
      assert.deepEqual(
        log.messages.filter((message) => /task|gate/.test(message)),
        [],
      );
    });
  }

  test('is refused with the right token, too', async (t) => {
    const { url } = await running(t, { allow: ['true'], tokenFile: await tokenFile(t) });
    for (const [what, headers, expected] of FOREIGN.filter(([, { host }]) => host !== 'loadtester.test')) {
      // A browser may have kept credentials of a page that somebody has opened.
      const withToken = { ...headers, authorization: 'Bearer sesame' };
      const { status } = await ask(url, task('true'), { headers: withToken });
      // Names of two parts may be a Service's: there the token is what counts, which no page of another site has.
      const twoParts = expected === 421 && headers['host']?.split('.').length === 2;
      assert.equal(status, twoParts ? 202 : expected, what);
    }
  });
});

test('programs, Services’ names with a token, and names that are allowed get in', async (t) => {
  const open = await running(t, { allow: ['true'], allowedHosts: ['load.example.com', '*.internal'] });
  for (const host of ['127.0.0.1:80', 'localhost:9090', '[::1]:80', '10.1.2.3', 'load.example.com', 'a.internal:80']) {
    assert.equal((await ask(open.url, task('true'), { headers: { host } })).status, 202, host);
  }
  const guarded = await running(t, { allow: ['true'], tokenFile: await tokenFile(t) });
  for (const host of [
    'loadtester',
    'loadtester.test',
    'loadtester.test:80',
    'l.test.svc',
    'l.test.svc.cluster.local',
  ]) {
    const headers = { host, authorization: 'Bearer sesame' };
    assert.equal((await ask(guarded.url, task('true'), { headers })).status, 202, host);
    assert.equal((await ask(guarded.url, task('true'), { headers: { host } })).status, 401, host);
  }
  const health = await ask(`${open.url}/healthz`, undefined, { method: 'GET', headers: { host: 'pod.example' } });
  assert.equal(health.status, 200, 'health is told to everybody');
});
