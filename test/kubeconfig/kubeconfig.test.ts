import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { UserError } from '../../src/errors.js';
import { loadKubeConfig } from '../../src/kube/kubeconfig.js';

const folder = mkdtempSync(join(tmpdir(), 'serinus-kubeconfig-'));
const before = { ...process.env };

after(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  for (const name of ['KUBECONFIG', 'HOME']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** With contexts of these names, each with a cluster of its own. */
function file(name: string, contexts: readonly string[], current = contexts[0]): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: contexts.map((each) => ({ name: each, cluster: { server: `https://${each}.example:6443` } })),
    users: [{ name: 'me', user: {} }],
    contexts: contexts.map((each) => ({ name: each, context: { cluster: each, user: 'me' } })),
    ...(current === undefined ? {} : { 'current-context': current }),
  };
  return text(name, JSON.stringify(config));
}

function text(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function refused(options: Parameters<typeof loadKubeConfig>[0], ...expected: readonly RegExp[]): void {
  assert.throws(
    () => loadKubeConfig(options),
    (error) => {
      assert.ok(error instanceof UserError);
      for (const pattern of expected) assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    },
  );
}

test('the path that is given comes first, then KUBECONFIG, then the home’s', () => {
  const server = (options: Parameters<typeof loadKubeConfig>[0]) => loadKubeConfig(options).cluster.server;
  const given = file('given', ['given']);
  mkdirSync(join(folder, '.kube'));
  file('.kube/config', ['home']);
  process.env['HOME'] = folder;
  delete process.env['KUBECONFIG'];
  assert.equal(server({}), 'https://home.example:6443');
  process.env['KUBECONFIG'] = file('variable', ['variable']);
  assert.equal(server({}), 'https://variable.example:6443');
  assert.equal(server({ kubeconfig: given }), 'https://given.example:6443');
});

test('a context may be chosen; one that isn’t there is refused with those that are', () => {
  const kubeconfig = file('two', ['staging', 'production']);
  assert.equal(loadKubeConfig({ kubeconfig, context: 'production' }).cluster.server, 'https://production.example:6443');
  refused({ kubeconfig, context: 'prod' }, /no context "prod"/, /use --context with one of staging, production/, /two/);
});

test('a kubeconfig that says nothing is refused', () => {
  refused({ kubeconfig: text('empty', '{}') }, /there is no current context/, /it has no contexts at all/);
});

test('a file that can’t be read is named, by what it was given with', () => {
  refused({ kubeconfig: '/nowhere' }, /^--kubeconfig \/nowhere: the kubeconfig can't be read: ENOENT/);
  process.env['KUBECONFIG'] = '/nowhere';
  refused({}, /^KUBECONFIG=\/nowhere: the kubeconfig can't be read: ENOENT/);
});

test('a broken file’s lines aren’t shown: they may hold a token', () => {
  const kubeconfig = text('broken', 'users: [{ name: me, user: { token: hush } }\n  - :');
  assert.throws(
    () => loadKubeConfig({ kubeconfig }),
    (error) => error instanceof UserError && !error.message.includes('hush') && error.message.includes('broken'),
  );
});

test('without any kubeconfig, outside of a cluster, nobody is asked', () => {
  process.env['HOME'] = join(folder, 'nobody');
  delete process.env['KUBECONFIG'];
  refused({}, /no kubeconfig, and this is no pod of a cluster/);
});
