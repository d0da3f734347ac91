import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { openCluster } from '../harness/kubernetes/cluster.js';
import { until } from '../harness/until.js';
import { CANARIES } from '../../src/kube/object.js';
import { serinus, start } from '../harness/cli-process.js';
import { START_MS } from '../harness/serinus.js';

describe('serinus api', () => {
  test('serves until it is told to stop', async (t) => {
    const api = start(['api', '--port', '0', '--cluster-name', 'cli-test']);
    t.after(() => api.child.kill('SIGKILL'));
    await until(() => api.err().includes('Starting HTTP server'), 'it listens', START_MS);
    const line =
      api
        .err()
        .split('\n')
        .find((one) => one.includes('Starting HTTP server')) ?? '';
    const { url, authentication } = JSON.parse(line) as { url: string; authentication: string };
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(authentication, 'none');
    const answer = await fetch(`${url}/healthz`);
    assert.deepEqual([answer.status, await answer.text()], [200, 'OK']);
    await until(async () => (await fetch(`${url}/readyz`)).ok, 'it is ready', 20_000);
    const listed = await serinus(['get', '-n', 'nowhere', '-o', 'json', '--server', url]);
    assert.deepEqual([listed.code, JSON.parse(listed.out)], [0, { items: [] }]);
    api.child.kill('SIGTERM');
    const { code } = await api.ended;
    assert.equal(code, 0, api.err());
  });

  test('checks tokens as soon as it listens for others', async (t) => {
    const api = start(['api', '--port', '0', '--host', '0.0.0.0', '--cluster-name', 'cli-test']);
    t.after(() => api.child.kill('SIGKILL'));
    await until(() => api.err().includes('Starting HTTP server'), 'it listens', START_MS);
    const port = /"Starting HTTP server on port (\d+)"/.exec(api.err())?.[1] ?? '';
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/canaries`);
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('serinus-authentication'), 'kubernetes');
    const refused = await serinus(['get', '--server', `http://127.0.0.1:${port}`]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /there is no bearer token\n {2}give a token with --token-file/);
    const wrong = await serinus(['get', '--server', `http://127.0.0.1:${port}`], { SERINUS_TOKEN: 'wrong-token' });
    assert.match(wrong.err, /the token is not valid here/);
    assert.doesNotMatch(wrong.err + api.err(), /wrong-token/);
  });

  test('says so where its port is taken', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await until(() => other.listening, 'the port is taken');
    const { port } = other.address() as AddressInfo;
    const { code, err } = await serinus(['api', '--port', String(port)]);
    assert.equal(code, 1);
    assert.match(
      err,
      new RegExp(`the API can't listen on 127\\.0\\.0\\.1:${port} .*EADDRINUSE.*--port choose another`),
    );
  });
});

describe('serinus crds', () => {
  test('prints them, and applies them', async (t) => {
    const cluster = await openCluster();
    t.after(() => cluster.close());
    const [printed, applied] = await Promise.all([serinus(['crds']), serinus(['install', 'crds'])]);
    assert.equal(printed.code, 0);
    const names = parseAllDocuments(printed.out).map((document) => document.getIn(['metadata', 'name']));
    assert.deepEqual(names, ['canaries.flagger.app', 'metrictemplates.flagger.app', 'alertproviders.flagger.app']);
    assert.equal(applied.code, 0, applied.err);
    assert.equal(
      applied.out,
      names.map((name) => `customresourcedefinition.apiextensions.k8s.io/${String(name)} applied\n`).join(''),
    );
    assert.deepEqual((await cluster.client.list(CANARIES, { namespace: cluster.namespace })).items, []);
    const again = await serinus(['crds', '--apply']);
    assert.deepEqual([again.code, again.out], [0, applied.out]);
    const nowhere = await serinus(['crds', '--apply', '--kubeconfig', '/nowhere']);
    assert.equal(nowhere.code, 1);
  });
});

describe('serinus all', () => {
  // Whoever is rescheduled, or has mistyped a flag, stops it before it has come up.
  for (const line of ['Starting serinus version', 'Starting HTTP server']) {
    test(`ends in good order when it is told to at "${line}"`, async (t) => {
      const name = `stopped-${line.length}`;
      const { SERINUS_WORKFLOW_BUNDLE = '' } = process.env;
      const args = ['--port', '0', '--cluster-name', name, '--archive', 'none', '-n', 'nowhere'];
      const all = start(['all', ...args], { SERINUS_WORKFLOW_BUNDLE });
      t.after(() => all.child.kill('SIGKILL'));
      await until(() => all.err().includes(line), line, START_MS);
      all.child.kill('SIGTERM');
      const { code, err } = await all.ended;
      assert.equal(code, 0, err);
      assert.doesNotMatch(err, /"level":"error"|Error/);
    });
  }
});
