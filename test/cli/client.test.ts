import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { ordersIn, releaseIs } from '../harness/api/client.js';
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

const run = (args: readonly string[], input = ''): Promise<Ended> => serinus(args, { SERINUS_SERVER: server }, input);

async function seen(name: string): Promise<void> {
  await until(async () => {
    const response = await bench.app.inject({ url: `/api/v1/namespaces/${ns}/canaries/${name}` });
    return response.statusCode === 200 && response.json<{ phase: string }>().phase !== '';
  }, `${name} is seen`);
}

describe('serinus get', () => {
  test('prints a table, more columns, JSON, YAML or names', async () => {
    const { name, hash } = await bench.world.canary();
    await seen(name);
    const [plain, wide, json, yaml, names, missing] = await Promise.all([
      run(['get', '-n', ns]),
      run(['get', name, '-n', ns, '-o', 'wide']),
      run(['get', '-A', '-o', 'json']),
      run(['get', name, '-n', ns, '-o', 'yaml']),
      run(['get', '-n', ns, '-o', 'name']),
      run(['get', 'nobody', '-n', ns]),
    ]);
    assert.deepEqual([plain.code, plain.err], [0, '']);
    const [head, ...rows] = plain.out.trimEnd().split('\n');
    assert.match(head ?? '', /^NAMESPACE +NAME +STATUS +WEIGHT +LASTTRANSITIONTIME$/);
    const row = rows.find((line) => line.includes(name)) ?? '';
    assert.match(row, new RegExp(`^${ns} +${name} +Initialized +0 +\\d{4}-.*Z$`));
    assert.equal(row.indexOf('Initialized'), head?.indexOf('STATUS'), 'columns are under each other');
    assert.ok(!plain.out.includes('\u001b'), 'no colours away from a terminal');
    assert.match(wide.out, /SUSPENDED +FAILEDCHECKS +WORST METRIC +TARGET +PROVIDER/);
    assert.match(wide.out, new RegExp(`Deployment/${name} +apisix +${hash}`));
    const { items } = JSON.parse(json.out) as { items: { name: string; phase: string }[] };
    assert.ok(items.some((one) => one.name === name && one.phase === 'Initialized'));
    assert.equal((parse(yaml.out) as { revision: string }).revision, hash);
    assert.ok(names.out.split('\n').includes(`canary.flagger.app/${name}`));
    assert.equal(missing.code, 1);
    assert.equal(missing.err, `serinus: there is no Canary "nobody" in namespace "${ns}"\n`);
  });

  test('a Canary of another namespace is named by every command, with where it is', async () => {
    const { name } = await bench.world.canary();
    await seen(name);
    const commands = [['get'], ['status'], ['history'], ['approve'], ['rollout', '--image', 'app=podinfo:1']];
    for (const [command = '', ...rest] of commands) {
      const { code, err } = await run([command, name, '-n', 'elsewhere', ...rest]);
      const said = `serinus: there is no Canary "${name}" in namespace "elsewhere"\n  it is in namespace "${ns}": use -n ${ns}\n`;
      assert.deepEqual([code, err], [1, said], command);
    }
  });

  test('--watch adds a line for each change', async (t) => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    await seen(name);
    const watch = start(['get', name, '-n', ns, '--watch'], { SERINUS_SERVER: server });
    t.after(() => watch.child.kill());
    await until(() => watch.out().includes('Initialized'), 'the first line');
    await run(['rollout', name, '-n', ns, '--image', 'app=podinfo:6.0.1']);
    await until(() => /Progressing +25 /.test(watch.out()), 'the line of weight 25');
    const lines = watch.out().trimEnd().split('\n');
    assert.equal(lines.filter((line) => line.startsWith('NAMESPACE')).length, 1, 'one head');
    assert.ok(lines.length >= 3);
  });
});

describe('serinus rollout', () => {
  test('--wait shows what happens, and ends with 0 when it is promoted', async () => {
    const { name } = await bench.world.canary();
    const { code, out, err } = await run([
      ...['rollout', name, '-n', ns, '--image', 'app=podinfo:6.0.1'],
      ...['--reason', 'release 42', '--wait', '--timeout', '1m'],
    ]);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, new RegExp(`^${name}\\.${ns}: revision \\w+: the release starts\nrelease ${ns}\\.${name}\\.`));
    assert.match(out, /\d\d:\d\d:\d\d {2}Advance podinfo\.test canary weight 25\n|canary weight 25/);
    assert.match(out, new RegExp(`\n${name}\\.${ns}: Promoted: \\d+ checks passed\n$`));
  });

  test('--wait ends with 3 when it is rolled back, with 4 when the time is up', async () => {
    const bad = await bench.world.canary();
    bad.fake.analysis = () => ({
      hooks: [],
      metrics: [{ metric: 'success', ok: false, value: 1, min: 99, message: 'bad' }],
    });
    const slow = await bench.world.canary({ intervalSeconds: 600 });
    const args = (name: string): string[] => ['rollout', name, '-n', ns, '--image', 'app=podinfo:6.0.2', '--wait'];
    const [failed, late] = await Promise.all([
      run([...args(bad.name), '-o', 'json']),
      run([...args(slow.name), '--timeout', '1500ms']),
    ]);
    assert.equal(failed.code, 3, failed.err);
    assert.match(
      failed.err,
      /^serinus: \S+: Rolled back: success 1, needs at least 99, \d+ failed checks?\n {2}"serinus history /,
    );
    assert.equal(late.code, 4);
    assert.match(late.err, /still under way/);
    const status = await run(['status', bad.name, '-n', ns]);
    assert.equal(status.code, 3);
    assert.match(status.out, /: Failed, Rolled back: success 1, needs at least 99, /);
  });

  test('takes a patch from a file or from standard input', async () => {
    const { name } = await bench.world.canary();
    const directory = mkdtempSync(join(tmpdir(), 'serinus-cli-'));
    const file = join(directory, 'patch.yaml');
    writeFileSync(file, 'spec:\n  template:\n    metadata:\n      annotations:\n        try: "1"\n');
    const first = await run(['rollout', name, '-n', ns, '--patch', file, '--wait', '-o', 'json']);
    assert.equal(first.code, 0, first.err);
    assert.equal((JSON.parse(first.out) as { outcome: string }).outcome, 'promoted');
    const piped = JSON.stringify({ spec: { template: { metadata: { annotations: { try: '2' } } } } });
    const second = await run(['rollout', name, '-n', ns, '--patch', '-', '-o', 'name'], piped);
    assert.equal(second.code, 0, second.err);
    assert.match(second.out, new RegExp(`^${ns}\\.${name}\\.[0-9a-f-]{36}\n$`));
    rmSync(directory, { recursive: true });
  });

  test('says what the API says when it refuses, and ends with 1', async () => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    const unknown = await run(['rollout', name, '-n', ns, '--image', 'podinfod=podinfo:6.0.1']);
    assert.equal(unknown.code, 1);
    assert.equal(unknown.err, `serinus: ${name} has no container "podinfod"\n  use the name of its container: app\n`);
    const args = ['rollout', name, '-n', ns, '--image', 'app=podinfo:6.0.1', '--idempotency-key', 'job-1'];
    const first = await run(args);
    assert.equal(first.code, 0);
    assert.equal((await run(args)).out, first.out, 'the same key gives the same answer');
    const second = await run(['rollout', name, '-n', ns, '--image', 'app=podinfo:6.0.3']);
    assert.equal(second.code, 1);
    assert.match(second.err, /a release of .* is under way/);
    assert.match(second.err, /\n {2}wait for it, abort it/);
  });
});

describe('orders', () => {
  test('find the open release, and are obeyed', async () => {
    const { name, fake } = await bench.world.canary({ intervalSeconds: 600 });
    const started = await run(['rollout', name, '-n', ns, '--image', 'app=podinfo:6.0.1', '-o', 'name']);
    const id = started.out.trim();
    await releaseIs(bench.app, id, ({ weight }) => weight === 25, 'weight 25');

    await run(['pause', name, '-n', ns, '--reason', 'lunch']);
    const paused = await run(['status', name, '-n', ns, '--wait', '--until', 'paused', '--timeout', '1m']);
    assert.equal(paused.code, 0, paused.err);
    assert.match(paused.out, /: paused by /);
    const said = await run(['status', name, '-n', ns]);
    assert.match(said.out, /: Progressing,Paused, 25% of requests, paused by .*: lunch\n$/);
    await until(
      async () => /Progressing,Paused/.test((await run(['get', '-n', ns])).out),
      'the list has the pause',
      30_000,
    );
    await run(['resume', name, '-n', ns]);

    const described = await run(['describe', name, '-n', ns]);
    assert.equal(described.code, 0, described.err);
    assert.match(described.out, /Phase: +Progressing/);
    assert.match(described.out, new RegExp(`Release under way:\n {2}Id: +${id}`));
    assert.match(described.out, /Waits for: +weight 25: next analysis/);
    assert.match(described.out, new RegExp(`Steer it:\n +serinus pause ${name} -n ${ns}`));

    const weight = await run(['weight', name, '40', '-n', ns]);
    assert.deepEqual([weight.code, weight.out], [0, `${name}.${ns}: weight: done (phase Progressing, weight 40)\n`]);
    assert.equal(fake.weights.canary, 40);
    const refused = await run(['resume', name, '-n', ns]);
    assert.deepEqual([refused.code, refused.err], [1, "serinus: can't resume: it isn't paused (phase Progressing)\n"]);
    const aborted = await run(['abort', name, '-n', ns, '--reason', 'enough', '-o', 'json']);
    assert.equal((JSON.parse(aborted.out) as { taken: boolean }).taken, true);
    const result = await releaseIs(bench.app, id, ({ ended }) => ended, 'it ends');
    const order = ordersIn(result).at(-1);
    assert.deepEqual([order?.order, order?.reason, order?.channel], ['abort', 'enough', 'cli']);

    await until(
      async () => (await run(['history', name, '-n', ns])).out.includes('aborted'),
      'the history has it',
      30_000,
    );
    const history = await run(['history', name, '-n', ns]);
    assert.match(history.out, /^STARTED +OUTCOME +VERSION +DURATION +STARTED BY +REASON\n/);
    assert.match(history.out, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +aborted +\S+ +\d+ (s|min)/);
    const wide = await run(['history', '-A', '-o', 'wide']);
    assert.match(wide.out, /^STARTED +CANARY +OUTCOME/);
    assert.ok(wide.out.includes(`${name}.${ns}`) && wide.out.includes(id));
    const late = await run(['pause', name, '-n', ns]);
    assert.equal(late.code, 1);
    assert.match(late.err, /^serinus: no release of .* is under way \(phase Failed\)\n {2}"serinus rollout /);
  });
});

describe('what goes wrong', () => {
  test('at the server names it, and the flag', async () => {
    const { code, err, out } = await serinus(['get', '--server', 'http://alice:secret@127.0.0.1:9']);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /^serinus: the Serinus API at http:\/\/127\.0\.0\.1:9 can't be reached: ECONNREFUSED\n/);
    assert.match(err, /--server or SERINUS_SERVER/);
    assert.doesNotMatch(err, /secret/);
    const other = await serinus(['get', '--server', `${server}/elsewhere`]);
    assert.equal(other.code, 1);
  });

  test('help has examples and exit codes, and ends with 0', async () => {
    const { code, out } = await run(['rollout', '--help']);
    assert.equal(code, 0);
    assert.match(out, /Examples:\n {2}serinus rollout podinfo/);
    assert.match(out, /Exit codes:\n {2}0 {2}done/);
  });
});
