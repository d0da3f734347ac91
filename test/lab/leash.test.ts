import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import { isAlive } from '../../lab/process/groups.js';
import { ownProcess } from '../../lab/servers/own-process.js';
import { waitFor } from '../../lab/process/wait.js';
import { isGone } from '../harness/lab/processes.js';

/** A process that holds a child on a leash, and prints the child's process id. */
async function leashHolder() {
  const { file, args } = ownProcess('test/harness/lab/leash-holder.ts', []);
  const holder = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: holder.stdout }), 'line')) as [string];
  return { holder, child: Number(line) };
}

const goes = (pid: number) =>
  waitFor('the child to go', () => Promise.resolve(isGone(pid) || undefined), {
    timeoutMs: 3_000,
  });

describe('a leash', { timeout: 20_000 }, () => {
  let running: Awaited<ReturnType<typeof leashHolder>> | undefined;
  afterEach(() => running?.holder.kill('SIGKILL'));

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    it(`takes the child along when its holder gets ${signal}`, async () => {
      running = await leashHolder();
      assert.ok(isAlive(running.child));
      running.holder.kill(signal);
      await goes(running.child);
    });
  }
});
