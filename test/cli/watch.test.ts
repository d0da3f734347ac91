import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Live } from '../../src/api/schema/live.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { post, releaseIs } from '../harness/api/client.js';
import { until } from '../harness/until.js';
import { serinus, start, type Ended } from '../harness/cli-process.js';

let bench: ApiBench;
let server: string;
let ns: string;
before(async () => {
  bench = await openApi();
  server = await bench.app.listen({ host: '127.0.0.1', port: 0 });
  ns = bench.world.namespace;
});
after(() => bench.close());

const run = (args: readonly string[]): Promise<Ended> => serinus(args, { SERINUS_SERVER: server });

async function canary(intervalSeconds = 600): Promise<string> {
  const { name } = await bench.world.canary({ intervalSeconds });
  await until(async () => {
    const response = await bench.app.inject({ url: `/api/v1/namespaces/${ns}/canaries/${name}` });
    return response.statusCode === 200 && response.json<{ phase: string }>().phase !== '';
  }, `${name} is seen`);
  return name;
}

async function released(name: string): Promise<string> {
  const url = `/api/v1/namespaces/${ns}/canaries/${name}/rollouts`;
  const { body } = await post(bench.app, url, { images: { app: 'podinfo:6.0.1' }, by: 'ana' });
  await releaseIs(bench.app, body['id'], ({ weight }) => weight === 25, 'weight 25');
  return String(body['id']);
}

describe('serinus watch', () => {
  test('tells in a pipe what changes, comes back when the server does, and ends with the release', async (t) => {
    const name = await canary();
    const id = await released(name);
    const first = bench.another();
    const address = await first.listen({ host: '127.0.0.1', port: 0 });
    const watch = start(['watch', name, '-n', ns, '--until-end', '--timeout', '5m'], { SERINUS_SERVER: address });
    t.after(() => watch.child.kill('SIGKILL'));
    const line = /Progressing, target 25%, measured: not known: weight 25 stands since .*; next: next check: weight 50/;
    await until(() => line.test(watch.out()), 'how it stands', 60_000);
    await first.close();
    await until(() => watch.err().includes('trying again'), 'it is lost', 30_000);
    await bench.another().listen({ host: '127.0.0.1', port: Number(new URL(address).port) });
    await post(bench.app, `/api/v1/rollouts/${id}/abort`, { by: 'ana', reason: 'enough' });
    const { code, out, err } = await watch.ended;
    assert.equal(code, 3, err);
    assert.match(out, /Failed: Aborted by ana.*: enough|Failed, target 0%.*: aborted: /);
    assert.match(err, /\nserinus: \S+: Aborted by ana \(unverified\): enough\n/);
    assert.ok(!out.includes('\u001b'), 'no codes of terminals');
  });

  test('has each state as JSON for programs; nothing under way ends it, the time does, too', async () => {
    const name = await canary();
    const [nothing, late, nobody] = await Promise.all([
      run(['watch', name, '-n', ns, '--until-end']),
      run(['watch', name, '-n', ns, '-o', 'json', '--timeout', '15s']),
      run(['watch', 'nobody', '-n', ns]),
    ]);
    assert.deepEqual([nothing.code, nothing.err], [1, `serinus: nothing of ${name}.${ns} has been released yet\n`]);
    assert.equal(late.code, 4, late.err);
    const [live] = late.out.trimEnd().split('\n');
    assert.equal((JSON.parse(live ?? '{}') as Live).canary.name, name);
    assert.deepEqual([nobody.code, nobody.out], [1, '']);
    assert.match(nobody.err, /there is no Canary "nobody"/);
  });
});

describe('serinus diff', () => {
  test('knows the images without an archive, and says that it knows no more', async () => {
    const name = await canary();
    const none = await run(['diff', name, '-n', ns]);
    assert.equal(none.code, 1);
    assert.match(none.err, /no release of .* is known\n {2}"serinus history /);
    const id = await released(name);
    await until(
      async () => (await run(['history', name, '-n', ns, '-o', 'name'])).out.includes(id),
      'it is listed',
      60_000,
    );
    const { code, out, err } = await run(['diff', name, '-n', ns]);
    assert.equal(code, 0, err);
    assert.match(
      out,
      /^--- the primary as it is now\n\+\+\+ the target as it is now \(.*\)\n# the templates are not known/,
    );
    assert.match(out, /spec\.containers\[app\]\.image\n\+ podinfo:6\.0\.1\n$/);
  });
});

describe('completion', () => {
  test('in a real bash comes from the live cluster, and is silent where there is none', async (t) => {
    const name = await canary();
    const folder = mkdtempSync(join(tmpdir(), 'serinus-completion-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const loader = fileURLToPath(import.meta.resolve('tsx'));
    const program = `#!/bin/sh\nexec '${process.execPath}' --import 'file://${loader}' '${main}' "$@"\n`;
    writeFileSync(join(folder, 'serinus'), program, { mode: 0o755 });
    const completed = (line: string, at = server): Promise<string> =>
      bash(
        folder,
        at,
        `source <(serinus completion bash); COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _serinus; printf '%s\\n' "\${COMPREPLY[@]}"`,
      );
    const [command, canaries, format, nowhere] = await Promise.all([
      completed('serinus appr'),
      completed(`serinus watch -n ${ns} ${name.slice(0, 4)}`),
      completed('serinus get --output=j'),
      completed(`serinus watch -n ${ns} `, 'http://127.0.0.1:9'),
    ]);
    assert.equal(command, 'approve\n');
    assert.ok(canaries.split('\n').includes(name), canaries);
    assert.equal(format, 'json\n', 'what stands before = is not typed again');
    assert.equal(nowhere, '\n');
  });
});

function bash(path: string, server: string, script: string): Promise<string> {
  const env = { ...process.env, PATH: `${path}${delimiter}${process.env['PATH'] ?? ''}`, SERINUS_SERVER: server };
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', script], { env }, (error, out, err) => {
      if (error) reject(new Error(`${error.message}\n${err}`));
      else resolve(out + err);
    });
  });
}
