import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { findOne } from '../../../lab/tools/find-one.js';
import { prometheus } from '../../../lab/tools/programs.js';
import { closedAddress } from '../../harness/http/server.js';

const START_MS = 15_000;

/** The one of the lab. */
const program = await findOne(prometheus, (line) => console.error(line));

/**
 * A Prometheus that asks `target` (host:port) every half second, and takes what is sent by OTLP; it is gone with its data
 * after the test.
 *
 * @param settings of the scrapes, besides
 */
export async function startPrometheus(
  t: TestContext,
  target: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'serinus-prometheus-'));
  const config = join(directory, 'prometheus.json');
  const scraped = { job_name: 'test', static_configs: [{ targets: [target] }], ...settings };
  await writeFile(
    config,
    JSON.stringify({ global: { scrape_interval: '500ms', scrape_timeout: '500ms' }, scrape_configs: [scraped] }),
  );
  const url = await closedAddress();
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--web.enable-otlp-receiver',
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  t.after(async () => {
    // Its data is thrown away: nothing is worth an orderly end.
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true });
  });
  const deadline = Date.now() + START_MS;
  while (!(await isReady(url))) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`${program} doesn't start`);
    await after(50);
  }
  return url;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok;
  } catch {
    return false;
  }
}
