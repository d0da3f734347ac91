import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { UserError } from '../../src/errors.js';
import { GateStore } from '../../src/loadtest/gates/store.js';
import { ask, running } from './running.js';

const podinfo = { name: 'podinfo', namespace: 'test' };

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'serinus-gates-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

describe('constant gates', () => {
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
    test(method, async (t) => {
      const { url } = await running(t);
      assert.deepEqual(await ask(`${url}/gate/approve`, undefined, { method }), { status: 200, text: 'OK' });
      assert.deepEqual(await ask(`${url}/gate/halt`, undefined, { method }), { status: 403, text: 'Forbidden' });
    });
  }
});

for (const [kind, other] of [
  ['gate', 'rollback'],
  ['rollback', 'gate'],
] as const) {
  describe(kind, () => {
    test('is closed until it is opened, and again when it is closed', async (t) => {
      const { url } = await running(t);
      const check = () => ask(`${url}/${kind}/check`, podinfo);
      assert.deepEqual(await check(), { status: 403, text: 'Forbidden' });
      assert.deepEqual(await ask(`${url}/${kind}/open`, podinfo), { status: 202, text: '' });
      assert.deepEqual(await check(), { status: 200, text: 'Approved' });
      assert.deepEqual(await ask(`${url}/${other}/check`, podinfo), { status: 403, text: 'Forbidden' });
      assert.deepEqual(await ask(`${url}/${kind}/check`, { ...podinfo, namespace: 'prod' }), {
        status: 403,
        text: 'Forbidden',
      });
      assert.deepEqual(await ask(`${url}/${kind}/check`, { ...podinfo, name: 'podinf' }), {
        status: 403,
        text: 'Forbidden',
      });
      assert.deepEqual(await ask(`${url}/${kind}/close`, podinfo), { status: 202, text: '' });
      assert.deepEqual(await check(), { status: 403, text: 'Forbidden' });
    });

    test('takes any method and any content type', async (t) => {
      const { url } = await running(t);
      const headers = { 'content-type': 'text/html' };
      assert.equal((await ask(`${url}/${kind}/open`, podinfo, { method: 'PUT', headers })).status, 202);
      const xml = { 'content-type': 'application/xml; charset=x' };
      assert.equal((await ask(`${url}/${kind}/check?a=b`, podinfo, { method: 'DELETE', headers: xml })).status, 200);
    });

    test('takes the whole payload of a webhook', async (t) => {
      const { url } = await running(t);
      const payload = { ...podinfo, phase: 'Waiting', checksum: 'c0ffee', metadata: { a: 'b' } };
      assert.equal((await ask(`${url}/${kind}/open`, payload)).status, 202);
      assert.equal((await ask(`${url}/${kind}/check`, payload)).status, 200);
    });

    test('needs a payload that names a Canary', async (t) => {
      const { url } = await running(t);
      const undecodable = ['', 'no json', '[]', '"podinfo"', '{"name":1}', '{"metadata":{"a":1}}', '{'];
      for (const body of undecodable)
        assert.deepEqual(await ask(`${url}/${kind}/open`, body), { status: 400, text: '' });
      const unnamed = [{}, null, { name: 'a' }, { name: 'a/b', namespace: 'c' }, { name: 'A', namespace: 'c' }];
      for (const body of unnamed) assert.equal((await ask(`${url}/${kind}/open`, JSON.stringify(body))).status, 400);
    });

    test('is shown to whoever listens, after it was saved', async (t) => {
      const reported: unknown[] = [];
      const { url, log } = await running(t, {
        onGate: (...gate) => {
          reported.push(gate);
          if (reported.length === 2) throw new Error('nobody home');
        },
      });
      await ask(`${url}/${kind}/open`, podinfo);
      assert.equal((await ask(`${url}/${kind}/close`, podinfo)).status, 202);
      await ask(`${url}/${kind}/check`, podinfo);
      assert.deepEqual(reported, [
        [kind, 'podinfo', 'test', true],
        [kind, 'podinfo', 'test', false],
      ]);
      assert.equal(log.count(`${kind} closed, but a listener failed`), 1);
      assert.deepEqual((await log.until(`${kind} opened`)).fields, { canary: 'podinfo.test', from: '127.0.0.1' });
    });
  });
}

test('a Canary named after the rollback gate of another does not open it', async (t) => {
  const { url } = await running(t);
  await ask(`${url}/gate/open`, { name: 'rollback.podinfo', namespace: 'test' });
  assert.equal((await ask(`${url}/rollback/check`, podinfo)).status, 403);
});

describe('the state file', () => {
  test('brings gates through a restart', async (t) => {
    const stateFile = join(await directory(t), 'gates.json');
    const first = await running(t, { stateFile });
    await ask(`${first.url}/gate/open`, podinfo);
    await ask(`${first.url}/rollback/open`, { name: 'api', namespace: 'prod' });
    await ask(`${first.url}/gate/open`, { name: 'api', namespace: 'prod' });
    await ask(`${first.url}/gate/close`, { name: 'api', namespace: 'prod' });
    await first.close();
    const { url } = await running(t, { stateFile });
    assert.equal((await ask(`${url}/gate/check`, podinfo)).status, 200);
    assert.equal((await ask(`${url}/gate/check`, { name: 'api', namespace: 'prod' })).status, 403);
    assert.equal((await ask(`${url}/rollback/check`, { name: 'api', namespace: 'prod' })).status, 200);
  });

  test('without it gates are forgotten', async (t) => {
    const first = await running(t);
    await ask(`${first.url}/gate/open`, podinfo);
    const second = await running(t);
    assert.equal((await ask(`${second.url}/gate/check`, podinfo)).status, 403);
  });

  test('holds all of many changes at once', async (t) => {
    const file = join(await directory(t), 'gates.json');
    const store = await GateStore.load(file);
    const names = Array.from({ length: 50 }, (_, n) => `canary-${n}`);
    await Promise.all(names.map((name) => store.set('gate', { name, namespace: 'test' }, true)));
    const again = await GateStore.load(file);
    assert.deepEqual(
      names.filter((name) => !again.isOpen('gate', { name, namespace: 'test' })),
      [],
    );
  });

  test('that cannot be written leaves the gate as it was, and says so', async (t) => {
    const folder = join(await directory(t), 'later');
    const { url, log } = await running(t, { stateFile: join(folder, 'gates.json') });
    const reply = await ask(`${url}/gate/open`, podinfo);
    assert.equal(reply.status, 500);
    assert.match(reply.text, /^the gate can't be opened: ENOENT/);
    assert.equal((await ask(`${url}/gate/check`, podinfo)).status, 403);
    assert.equal(log.count("gate can't be opened"), 1);
    await mkdir(folder);
    assert.equal((await ask(`${url}/gate/open`, podinfo)).status, 202);
    assert.match(await readFile(join(folder, 'gates.json'), 'utf8'), /test\/podinfo/);
  });

  for (const content of ['{"gate": [', '[]', '{"gate": [1], "rollback": []}', '']) {
    test(`that holds ${content || 'nothing'} is refused at the start`, async (t) => {
      const stateFile = join(await directory(t), 'gates.json');
      await writeFile(stateFile, content);
      await assert.rejects(
        running(t, { stateFile }),
        (error) => error instanceof UserError && /--state-file/.test(error.message),
      );
    });
  }
});

test('no more than ten thousand gates can be open', async () => {
  const store = await GateStore.load(undefined);
  for (let n = 0; n < 10_000; n++) await store.set('gate', { name: `c${n}`, namespace: 'test' }, true);
  await assert.rejects(
    store.set('gate', { name: 'one-more', namespace: 'test' }, true),
    /10000 gates are open already/,
  );
  await store.set('gate', { name: 'c1', namespace: 'test' }, false);
  await store.set('gate', { name: 'one-more', namespace: 'test' }, true);
});
