import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, test, type TestContext } from 'node:test';
import { isOwnNetwork } from '../../lab/network/own.js';
import { inOwnNetwork, ownNetworkSupport } from '../../lab/network/support.js';
import { ownProcess, repositoryRoot } from '../../lab/servers/own-process.js';
import { runCommand } from '../../lab/tools/run-command.js';

const support = ownNetworkSupport();
const alreadyInside = await isOwnNetwork();
const skip = alreadyInside ? 'these tests run in such a network' : support.possible ? false : support.why;

async function outcomes(...addresses: readonly string[]): Promise<unknown> {
  const { file, args } = inOwnNetwork({
    file: process.execPath,
    args: [`${repositoryRoot}test/lab/network/probe.mjs`, ...addresses],
  });
  const { code, output } = await runCommand(file, args, { timeoutMs: 20_000 });
  assert.equal(code, 0, output);
  return JSON.parse(output);
}

async function listener(t: TestContext): Promise<number> {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** What a program prints until it says which port it has opened. */
async function inside(t: TestContext): Promise<{ readonly port: number; readonly end: () => Promise<void> }> {
  const { file, args } = ownProcess('test/lab/network/inside.ts', []);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const port = Number(/^port (\d+)$/.exec(line)?.[1]);
    if (!Number.isNaN(port)) {
      const end = async () => {
        child.kill('SIGTERM');
        await ended;
      };
      return { port, end };
    }
  }
  throw new Error('it ended without having opened a port');
}

describe('a network of the lab’s own', { skip }, () => {
  test('leads nowhere: not to this machine, not to others, not to the addresses of pods elsewhere', async (t) => {
    const port = await listener(t);
    const found = await outcomes(`127.0.0.1:${port}`, '192.0.2.7:80', '8.8.8.8:53', '198.51.100.7:80', '10.96.0.1:443');
    assert.deepEqual(found, ['ECONNREFUSED', 'ENETUNREACH', 'ENETUNREACH', 'ECONNREFUSED', 'ECONNREFUSED']);
  });

  test('has a door by which its ports are reached from outside, under the same numbers', async (t) => {
    const { port, end } = await inside(t);
    const body = 'x'.repeat(200_000);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })),
    );
    for (const answer of answers) assert.equal(await answer.text(), body);
    await end();
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), 'the door is closed with what it led to');
  });

  test('is there twice at a time, and each has its ports', async (t) => {
    const [one, other] = await Promise.all([inside(t), inside(t)]);
    assert.notEqual(one.port, other.port);
    for (const { port } of [one, other]) assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
    await Promise.all([one.end(), other.end()]);
  });
});
