import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { json, reply, serve } from '../harness/http/server.js';
import { until } from '../harness/until.js';
import { ask, running } from './running.js';

const task = (cmd: string, more: Record<string, string> = {}) => ({
  name: 'podinfo',
  namespace: 'test',
  metadata: { cmd, ...more },
});

/** A PATH with a shell and nothing else. */
async function withoutPrograms(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serinus-path-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const shell of ['sh', 'bash']) await symlink(`/bin/${shell}`, join(folder, shell));
  const before = process.env['PATH'] ?? '';
  process.env['PATH'] = folder;
  t.after(() => (process.env['PATH'] = before));
  return folder;
}

async function service(t: TestContext) {
  const { url, requests } = await serve(t, (_request, response) => reply(response, json(200, {})));
  return { url: `${url}/api`, requests };
}

describe('where hey is not installed', () => {
  test('its load is made all the same', async (t) => {
    await withoutPrograms(t);
    const { url, requests } = await service(t);
    const tester = await running(t);
    const cmd = `hey -n 8 -c 2 -host app.example.com ${url}`;
    assert.deepEqual(await ask(tester.url, task(cmd, { logCmdOutput: 'true' })), { status: 202, text: '' });
    const { fields } = await tester.log.until(`command finished ${cmd}`);
    assert.equal(fields['canary'], 'podinfo.test');
    assert.match(String(fields['output']), /^Summary \(load made by Serinus: hey is not installed\):$/m);
    assert.match(String(fields['output']), /\[200\] 8 responses/);
    assert.equal(requests.length, 8);
    assert.ok(requests.every(({ headers }) => headers.host === 'app.example.com'));
    const { text } = await ask(`${tester.url}/metrics`);
    assert.match(text, /^serinus_loadtester_tasks_total\{result="finished"\} 1$/m);
  });

  test('what it can not make is said once, by the option’s name', async (t) => {
    await withoutPrograms(t);
    const { url, requests } = await service(t);
    const tester = await running(t);
    assert.equal((await ask(tester.url, task(`hey -n 1 -c 1 -x http://me:hidden@proxy ${url}`))).status, 202);
    const { message, level } = await tester.log.until('command failed hey');
    assert.equal(level, 'error');
    const why = "hey is not installed, and Serinus can't make this load in its place: hey: -x is not supported here ";
    assert.ok(message.endsWith(why), message);
    assert.doesNotMatch(JSON.stringify(tester.log.lines), /hidden/);
    assert.equal(tester.log.lines.filter((line) => line.level === 'error').length, 1);
    assert.equal(requests.length, 0);
  });

  test('the same command is not started while it runs, and ends with the load tester', async (t) => {
    await withoutPrograms(t);
    const { url, requests } = await service(t);
    const tester = await running(t);
    const cmd = `hey -z 50s -c 1 -q 50 ${url}`;
    await ask(tester.url, task(cmd));
    await until(() => requests.length > 0, 'requests');
    await ask(tester.url, task(cmd));
    await tester.log.until(`command skipped ${cmd} is already running`);
    await tester.close();
    const sent = requests.length;
    await tester.log.until(`command failed ${cmd} stopped: the load tester is shutting down Summary`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(requests.length, sent);
  });

  test('it ends when its time is up', async (t) => {
    await withoutPrograms(t);
    const { url } = await service(t);
    const tester = await running(t, { timeoutSeconds: 0.2 });
    const cmd = `hey -z 50s -c 1 -q 50 ${url}`;
    await ask(tester.url, task(cmd));
    await tester.log.until(`command failed ${cmd} timed out after 0.2s`);
  });

  test('a shell that calls nothing but hey is seen through', async (t) => {
    await withoutPrograms(t);
    const { url, requests } = await service(t);
    const tester = await running(t, { allowShell: true });
    const cmd = `hey -n 2 -c 1 ${url}`;
    await ask(tester.url, task(cmd));
    await tester.log.until(`command finished ${cmd}`);
    const waited = await ask(tester.url, task(cmd, { type: 'bash', returnCmdOutput: 'true' }));
    assert.equal(waited.status, 200);
    assert.match(waited.text, /\[200\] 2 responses/);
    assert.equal(requests.length, 4);
    const { status, text } = await ask(tester.url, task(`${cmd} && exit 0`, { type: 'bash' }));
    assert.equal(status, 500);
    assert.match(text, /exit status 127$/);
    assert.equal(requests.length, 4);
  });
});

test('where hey is installed, it is hey that runs', async (t) => {
  const folder = await withoutPrograms(t);
  await writeFile(join(folder, 'hey'), '#!/bin/sh\necho the program; exit 2\n', { mode: 0o755 });
  const tester = await running(t);
  await ask(tester.url, task('hey -n 1 -c 1 http://127.0.0.1:1/'));
  await tester.log.until('command failed hey -n 1 -c 1 http://127.0.0.1:1/ exit status 2 the program');
});

test('other programs that are not installed are missed', async (t) => {
  await withoutPrograms(t);
  const tester = await running(t);
  await ask(tester.url, task('wrk http://127.0.0.1:1/'));
  await tester.log.until('command failed wrk http://127.0.0.1:1/ exec: "wrk": executable file not found in $PATH');
});
