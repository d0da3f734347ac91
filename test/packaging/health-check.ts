import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

interface Check {
  /** With `node` for whichever is on the PATH. */
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Asserts that a check distinguishes a healthy process from an unhealthy one and from none at all.
 *
 * @param checkOf the check for a process at that port
 */
export async function healthCheckWorks(t: TestContext, checkOf: (port: number) => Check): Promise<void> {
  let status = 200;
  const server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const check = checkOf((server.address() as AddressInfo).port);
  assert.equal(await exitCode(check), 0, 'well');
  status = 503;
  assert.equal(await exitCode(check), 1, 'not well');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await exitCode(check), 1, 'nobody there');
}

function exitCode({ argv, env = {} }: Check): Promise<number | null> {
  const [program, ...args] = argv;
  assert.equal(program, 'node');
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  return new Promise((resolve) => child.on('exit', resolve));
}
