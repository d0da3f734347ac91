import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/errors.js';
import type { LoadTesterOptions } from '../../src/loadtest/loadtester.js';
import { settingsOf } from '../../src/loadtest/options.js';
import { callWebhook } from '../../src/webhooks/call.js';
import { ask, Journal, running } from './running.js';

const task = (metadata: Record<string, string>, name = 'podinfo') => ({ name, namespace: 'test', metadata });

async function fileWith(t: TestContext, content: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'serinus-loadtester-'));
  t.after(() => rm(path, { recursive: true }));
  const file = join(path, 'file');
  await writeFile(file, content);
  return file;
}

describe('health and metrics', () => {
  test('are served', async (t) => {
    const { url, log } = await running(t, { allow: ['true', 'false'] });
    assert.deepEqual(await ask(`${url}/healthz`, undefined, { method: 'GET' }), { status: 200, text: 'OK' });
    await ask(url, task({ cmd: 'true' }));
    await ask(url, task({ cmd: 'false' }));
    await log.until('command finished true');
    await log.until('command failed false');
    const { status, text } = await ask(`${url}/metrics`, undefined, { method: 'GET' });
    assert.equal(status, 200);
    assert.match(text, /^serinus_loadtester_tasks_total\{result="finished"\} 1$/m);
    assert.match(text, /^serinus_loadtester_tasks_total\{result="failed"\} 1$/m);
    assert.match(text, /^serinus_loadtester_tasks_running 0$/m);
  });
});

describe('refused tasks', () => {
  const table: readonly (readonly [unknown, number, string | RegExp])[] = [
    ['', 400, ''],
    ['cmd=hey', 400, ''],
    [{ metadata: { cmd: 5 } }, 400, ''],
    [{ name: 'podinfo', namespace: 'test' }, 400, 'metadata not found in payload'],
    [task({}), 400, 'metadata not found in payload'],
    ['null', 400, 'metadata not found in payload'],
    [task({ type: 'cmd' }), 400, 'cmd not found in metadata'],
    [task({ cmd: '  ' }), 400, 'cmd not found in metadata'],
    [task({ type: 'bash' }), 400, 'cmd not found in metadata'],
    [task({ type: 'dance', cmd: 'hey' }), 400, 'unknown task type dance'],
    [task({ type: '', cmd: 'hey' }), 400, 'unknown task type '],
    ...['helm', 'helmv3', 'kubectl'].map((type) => [task({ type }), 400, 'cmd not found in metadata'] as const),
    ...['helm', 'helmv3', 'kubectl'].map((type) => {
      const program = type === 'kubectl' ? type : 'helm';
      const problem = `program ${program} is not allowed: start the load tester with --allow ${program} to allow it`;
      return [task({ type, cmd: 'version' }), 403, problem] as const;
    }),
    ...['ngrinder', 'concord'].map((type) => {
      const problem = `task type ${type} is not supported: use type cmd or bash, with a program that asks ${type}`;
      return [task({ type, cmd: 'test' }), 400, problem] as const;
    }),
    [task({ cmd: 'rm -rf /' }), 403, 'program rm is not allowed: start the load tester with --allow rm to allow it'],
    [task({ cmd: 'hey; rm' }), 403, /shell syntax/],
    [task({ cmd: 'hey $(rm)' }), 403, /shell syntax/],
    [task({ cmd: 'hey `rm`' }), 403, /shell syntax/],
    [task({ type: 'bash', cmd: 'true' }), 403, /--allow-shell/],
    ['x'.repeat(300_000), 413, 'the payload is too long'],
  ];
  for (const [body, status, text] of table) {
    test(JSON.stringify(body).slice(0, 80), async (t) => {
      const { url, log } = await running(t);
      const reply = await ask(`${url}/any/path`, body);
      assert.equal(reply.status, status);
      if (typeof text === 'string') assert.equal(reply.text, text);
      else assert.match(reply.text, text);
      await sleep(70);
      assert.deepEqual(log.messages, ['load tester listening']);
    });
  }
});

describe('a cmd task', () => {
  test('is answered at once and started at once, not when it has ended', async (t) => {
    const { url, log } = await running(t, { allow: ['sleep'] });
    assert.deepEqual(await ask(`${url}/`, task({ type: 'cmd', cmd: 'sleep 2' })), { status: 202, text: '' });
    await log.until('task starting sleep 2');
    assert.equal(log.count('command finished sleep 2'), 0);
    const { fields } = await log.until('command finished sleep 2');
    assert.deepEqual(fields, { canary: 'podinfo.test' });
  });

  test('gets its arguments without a shell', async (t) => {
    const { url, log } = await running(t, { allow: ['printf'] });
    await ask(url, task({ cmd: `printf '%s|' 'a b' '$(id)' '\`id\`' ';' "it's"`, logCmdOutput: 'true' }));
    assert.equal((await log.until('command finished')).fields['output'], "a b|$(id)|`id`|;|it's|");
  });

  test('logs its output when asked to, or when it fails', async (t) => {
    const { url, log } = await running(t, { allow: ['printf', 'ls'] });
    await ask(url, task({ cmd: 'printf quiet' }));
    assert.deepEqual((await log.until('command finished printf quiet')).fields, { canary: 'podinfo.test' });
    await ask(url, task({ cmd: 'printf loud', logCmdOutput: 'true' }));
    assert.equal((await log.until('command finished printf loud')).fields['output'], 'loud');
    await ask(url, task({ cmd: 'ls /nowhere' }));
    const failed = await log.until('command failed ls /nowhere exit status 2 ');
    assert.match(failed.message, /nowhere/);
    assert.equal(failed.level, 'error');
  });

  test('that is not installed fails in the log only', async (t) => {
    const { url, log } = await running(t, { allow: ['serinus-no-such-program'] });
    assert.equal((await ask(url, task({ cmd: 'serinus-no-such-program' }))).status, 202);
    await log.until('command failed serinus-no-such-program exec: ');
  });

  test('is queued once, and not started while it runs', async (t) => {
    const { url, log } = await running(t, { allow: ['sleep'] });
    const body = task({ cmd: 'sleep 0.4' });
    await Promise.all([ask(url, body), ask(url, body), ask(url, body)]);
    await log.until('task starting sleep 0.4');
    assert.equal((await ask(url, body)).status, 202);
    await log.until('command skipped sleep 0.4 is already running');
    await log.until('command finished sleep 0.4');
    assert.equal(log.count('task starting sleep 0.4'), 1);
    assert.equal(log.count('command skipped sleep 0.4 is already running'), 1);
    await ask(url, body);
    await sleep(120);
    assert.equal(log.count('task starting sleep 0.4'), 2);
  });

  test('of another Canary, or with another command, runs besides', async (t) => {
    const { url, log } = await running(t, { allow: ['sleep'] });
    await ask(url, task({ cmd: 'sleep 0.3' }));
    await ask(url, task({ cmd: 'sleep 0.3' }, 'api'));
    await ask(url, task({ cmd: 'sleep 0.30' }));
    await log.until('task starting sleep 0.30');
    assert.equal(log.count('task starting sleep 0.3'), 2);
    const { text } = await ask(`${url}/metrics`);
    assert.match(text, /^serinus_loadtester_tasks_running 3$/m);
  });

  test('is ended when its time is up', async (t) => {
    const { url, log } = await running(t, { allow: ['sleep'], timeoutSeconds: 0.1 });
    await ask(url, task({ cmd: 'sleep 30' }));
    await log.until('command failed sleep 30 timed out after 0.1s');
  });

  test('is logged without secrets', async (t) => {
    const { url, log } = await running(t, { allow: ['false'] });
    await ask(url, task({ cmd: 'false -H "Authorization: hidden" http://me:hidden@a.test/?t=hidden' }));
    await log.until('command failed false -H *** http://a.test/?*** exit status 1');
    assert.doesNotMatch(JSON.stringify(log.lines), /hidden/);
  });

  test('has a limit to its number', async (t) => {
    const { url } = await running(t, { allow: ['sleep'] });
    const replies = await Promise.all(Array.from({ length: 105 }, (_, n) => ask(url, task({ cmd: `sleep 5.${n}` }))));
    assert.equal(replies.filter(({ status }) => status === 202).length, 100);
    assert.equal(replies.filter(({ status }) => status === 429).length, 5);
  });
});

describe('with --allow-shell', () => {
  test('cmd is run by sh', async (t) => {
    const { url, log } = await running(t, { allowShell: true });
    await ask(url, task({ cmd: 'echo a b | tr a-z A-Z; exit 0', logCmdOutput: 'true' }));
    assert.equal((await log.until('command finished')).fields['output'], 'A B\n');
  });

  test('bash is waited for', async (t) => {
    const { url, log } = await running(t, { allowShell: true });
    const bash = (cmd: string, more = {}) => ask(url, task({ type: 'bash', cmd, ...more }));
    assert.deepEqual(await bash('echo [[ a ]]'), { status: 200, text: '' });
    assert.deepEqual(await bash('[[ a == a ]] && echo yes', { returnCmdOutput: 'true' }), {
      status: 200,
      text: 'yes\n',
    });
    assert.deepEqual(await bash('false'), { status: 500, text: 'command false failed: : exit status 1' });
    const failed = 'command echo why; exit 7 failed: why\n: exit status 7';
    assert.deepEqual(await bash('echo why; exit 7', { returnCmdOutput: 'true' }), { status: 500, text: failed });
    assert.equal((await log.until('command finished echo [[ a ]]')).fields['output'], '[[ a ]]\n');
  });

  test('bash that takes too long is ended', async (t) => {
    const { url } = await running(t, { allowShell: true, timeoutSeconds: 0.1 });
    const reply = await ask(url, task({ type: 'bash', cmd: 'sleep 30' }));
    assert.deepEqual(reply, { status: 500, text: 'command sleep 30 failed: : timed out after 0.1s' });
  });
});

describe('helm and kubectl', () => {
  /** Programs of that name that tell what they are given, in the order of PATH before any other. */
  async function pretended(t: TestContext): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'serinus-programs-'));
    t.after(() => rm(folder, { recursive: true }));
    for (const name of ['helm', 'kubectl']) {
      const script = `#!/bin/sh\nprintf '%s|' ${name} "$@"\n[ "$1" != fail ]\n`;
      await writeFile(join(folder, name), script, { mode: 0o755 });
    }
    const before = process.env['PATH'] ?? '';
    process.env['PATH'] = `${folder}:${before}`;
    t.after(() => (process.env['PATH'] = before));
  }

  for (const [type, program] of [
    ['helm', 'helm'],
    ['helmv3', 'helm'],
    ['kubectl', 'kubectl'],
  ] as const) {
    test(`${type} is waited for, its command parted by blanks`, async (t) => {
      await pretended(t);
      const { url, log } = await running(t, { allow: [program] });
      const run = (cmd: string, more = {}) => ask(url, task({ type, cmd, ...more }));
      assert.deepEqual(await run('test  podinfo'), { status: 200, text: '' });
      assert.equal((await log.until('command finished test  podinfo')).fields['output'], `${program}|test|podinfo|`);
      assert.deepEqual(await run(`get 'a b' $(id)`, { returnCmdOutput: 'true' }), {
        status: 200,
        text: `${program}|get|'a|b'|$(id)|`,
      });
      const failed = `command fail failed: ${program}|fail|: exit status 1`;
      assert.deepEqual(await run('fail'), { status: 500, text: failed });
    });
  }
});

describe('--namespace-regexp', () => {
  test('keeps other namespaces out', async (t) => {
    const { url } = await running(t, { namespaceRegexp: '^(test|prod-.*)$', allow: ['true'] });
    const forbidden = { status: 403, text: 'Forbidden' };
    for (const path of ['/', '/gate/check', '/gate/open', '/gate/close', '/rollback/check', '/rollback/open']) {
      const body = { name: 'podinfo', namespace: 'prod', metadata: { cmd: 'true' } };
      assert.deepEqual(await ask(url + path, body), forbidden, path);
    }
    for (const namespace of ['test', 'prod-eu']) {
      assert.equal((await ask(`${url}/gate/open`, { name: 'podinfo', namespace })).status, 202);
    }
    assert.equal((await ask(`${url}/gate/approve`)).status, 200);
  });
});

describe('--token-file', () => {
  test('lets only those in who know the token', async (t) => {
    const { url } = await running(t, { tokenFile: await fileWith(t, 'open:sesame\n'), allow: ['true'] });
    const body = task({ cmd: 'true' });
    const status = async (path: string, authorization?: string, method = 'POST') =>
      (await ask(url + path, body, { method, headers: authorization === undefined ? {} : { authorization } })).status;
    const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
    for (const path of ['/', '/gate/open', '/gate/check', '/gate/approve', '/rollback/open']) {
      assert.equal(await status(path), 401, path);
      assert.equal(await status(path, undefined, 'PUT'), 401, path);
    }
    for (const wrong of [
      'Bearer open',
      'Bearer',
      'open:sesame',
      'Bearer open:sesame x',
      basic('open:sesame'),
      basic('x'),
    ]) {
      assert.equal(await status('/gate/open', wrong), 401, wrong);
    }
    assert.equal(await status('/gate/open', 'Bearer open:sesame'), 202);
    assert.equal(await status('/gate/check', 'bearer open:sesame'), 200);
    assert.equal(await status('/gate/check', basic('any:open:sesame')), 200);
    assert.equal(await status('/', 'Bearer open:sesame'), 202);
    assert.equal(await status('/healthz'), 200);
    assert.equal(await status('/metrics'), 200);
  });

  test("can be given by a webhook's URL", async (t) => {
    const { url } = await running(t, { tokenFile: await fileWith(t, 'sesame') });
    const call = { body: '{}', timeoutMs: 2_000, retries: 0, disableTLS: false };
    const path = `${url}/gate/approve`;
    assert.equal((await callWebhook({ ...call, url: path.replace('http://', 'http://me:sesame@') })).ok, true);
    const outcome = await callWebhook({ ...call, url: path });
    assert.equal(outcome.ok ? '' : outcome.error, 'Unauthorized');
  });
});

describe('the start', () => {
  test('fails with the option that is wrong', async (t) => {
    const table: readonly (readonly [Partial<LoadTesterOptions>, RegExp])[] = [
      [{ namespaceRegexp: '(' }, /^--namespace-regexp/],
      [{ timeoutSeconds: 0 }, /^--timeout/],
      [{ timeoutSeconds: 1e9 }, /^--timeout/],
      [{ allow: ['jq', '/bin/sh'] }, /^--allow: "\/bin\/sh"/],
      [{ allow: [''] }, /^--allow/],
      [{ tokenFile: '/nowhere/token' }, /^--token-file: ENOENT/],
      [{ tokenFile: await fileWith(t, ' \n') }, /^--token-file: .* is empty/],
    ];
    for (const [options, message] of table) {
      await assert.rejects(running(t, options), (error) => error instanceof UserError && message.test(error.message));
    }
  });

  test('fails where the port is taken', async (t) => {
    const { url } = await running(t);
    await assert.rejects(
      running(t, { port: Number(new URL(url).port) }),
      /can't listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    );
  });

  test('demands a token wherever others than this machine reach it', async (t) => {
    const tokenFile = await fileWith(t, 'sesame');
    const log = new Journal();
    for (const host of [undefined, '127.0.0.1', '127.0.0.2', '::1', 'localhost']) {
      assert.equal((await settingsOf({ log, ...(host === undefined ? {} : { host }) })).token, undefined);
    }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'loadtester.test', '127.0.0.1.example.com', '']) {
      await assert.rejects(settingsOf({ log, host }), /--token-file is needed with --host/, host);
      assert.equal((await settingsOf({ log, host, tokenFile })).token, 'sesame');
    }
  });
});

describe('the end', () => {
  test('stops commands, answers who waits, and takes no more', async (t) => {
    const log = new Journal();
    const { url, close } = await running(t, { allowShell: true, log });
    await ask(url, task({ cmd: 'sleep 60' }));
    await ask(url, task({ type: 'bash', cmd: 'true' }));
    const waiting = ask(url, task({ type: 'bash', cmd: 'sleep 61' }));
    await log.until('task starting sleep 60');
    await log.until('task starting sleep 61');
    const started = performance.now();
    await close();
    assert.ok(performance.now() - started < 20_000, 'it has not waited for the commands');
    const text = 'command sleep 61 failed: : stopped: the load tester is shutting down';
    assert.deepEqual(await waiting, { status: 500, text });
    assert.equal(log.count('command failed sleep 60 stopped: the load tester is shutting down '), 1);
    await assert.rejects(ask(`${url}/healthz`), /ECONNREFUSED/);
    await close();
  });

  test('does not wait for those who keep a connection open', async (t) => {
    const { url, close } = await running(t);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
    await sleep(30);
    const started = performance.now();
    await close();
    assert.ok(performance.now() - started < 20_000);
  });
});
