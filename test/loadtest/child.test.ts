import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild, type ChildLimits } from '../../src/loadtest/tasks/child.js';
import { Tail } from '../../src/loadtest/tasks/child.js';

const environment = { PATH: process.env['PATH'] ?? '' };
const limits: ChildLimits = { timeoutMs: 10_000, graceMs: 200, environment };
const never = new AbortController().signal;
const sh = (script: string) => ['sh', '-c', script] as const;

/** Whether a process still runs; one that is dead but not yet waited for doesn't count. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (stat === '' || / Z /.test(stat)) return true;
    await sleep(10);
  }
  return false;
}

describe('a program', () => {
  test('that succeeds', async () => {
    const result = await runChild(sh('echo out; echo err >&2'), limits, never);
    assert.equal(result.error, undefined);
    assert.deepEqual(result.output.trim().split('\n').sort(), ['err', 'out']);
  });

  test('that fails', async () => {
    assert.deepEqual(await runChild(sh('echo no; exit 3'), limits, never), { output: 'no\n', error: 'exit status 3' });
    assert.deepEqual(await runChild(sh('kill -9 $$'), limits, never), { output: '', error: 'signal: SIGKILL' });
  });

  test('that does not exist', async () => {
    const result = await runChild(['serinus-no-such-program'], limits, never);
    assert.equal(result.error, 'exec: "serinus-no-such-program": executable file not found in $PATH');
  });

  test('with more arguments than the system takes', async () => {
    const result = await runChild(['true', 'x'.repeat(4_000_000)], limits, never);
    assert.match(result.error ?? '', /E2BIG/);
  });

  test('that reads finds nothing to read', async () => {
    assert.deepEqual(await runChild(['cat'], limits, never), { output: '', error: undefined });
  });

  test('gets its arguments as they are', async () => {
    const { output } = await runChild(['printf', '%s.', 'a b', '$(id)', '`id`', '; rm'], limits, never);
    assert.equal(output, 'a b.$(id).`id`.; rm.');
  });
});

describe('the whole group', () => {
  test('is ended when the time is up', async () => {
    const started = performance.now();
    const result = await runChild(sh('sleep 60 & echo $!; wait'), { ...limits, timeoutMs: 150 }, never);
    assert.equal(result.error, 'timed out after 0.15s');
    assert.ok(performance.now() - started < 30_000);
    assert.ok(await isGone(Number(result.output)));
  });

  test('is killed where it does not listen', async () => {
    const script = `trap '' TERM; echo $$; while :; do sleep 0.05; done`;
    const started = performance.now();
    const result = await runChild(sh(script), { environment, timeoutMs: 200, graceMs: 150 }, never);
    assert.equal(result.error, 'timed out after 0.2s');
    assert.ok(performance.now() - started >= 330);
    assert.ok(await isGone(Number(result.output)));
  });

  test('is killed even where only a child does not listen and the parent is gone', async () => {
    const script = `sh -c 'trap "" TERM; echo $$; exec >/dev/null 2>&1; while :; do sleep 0.05; done' & wait`;
    const result = await runChild(sh(script), { ...limits, timeoutMs: 300 }, never);
    assert.ok(await isGone(Number(result.output)));
  });

  test('does not hold us up where somebody left it with the pipes', async (t) => {
    const result = await runChild(
      sh('setsid sleep 3 & echo started'),
      { environment, timeoutMs: 150, graceMs: 100 },
      never,
    );
    assert.equal(result.error, 'timed out after 0.15s');
    assert.equal(result.output, 'started\n');
    t.diagnostic('the runaway ends by itself after 3 s');
  });

  test('is ended by an abort', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const result = await runChild(sh('sleep 60 & echo $!; wait'), limits, controller.signal);
    assert.match(result.error ?? '', /^stopped/);
    assert.ok(await isGone(Number(result.output)));
    assert.match((await runChild(['true'], limits, controller.signal)).error ?? '', /^stopped/);
  });
});

test('of a long output the end is kept', async () => {
  const { output } = await runChild(sh('seq 1 200000; echo the end'), limits, never);
  assert.ok(output.startsWith('… '));
  assert.ok(output.endsWith('\n200000\nthe end\n'));
  assert.ok(output.length <= 256 * 1024 + 2);
  const tail = new Tail(4);
  for (const piece of ['ab', 'cd', 'ef']) tail.push(Buffer.from(piece));
  assert.equal(tail.text(), '… cdef');
});
