import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.js';

const CLUSTER = 'shared';
const LONGEST_START_MS = 120_000;
const MARKS = ['Started operator workers', 'Watching'];

/** A Serinus for all tests of a round, and what they have to know of it. */
export interface SharedSerinus {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts one Serinus that looks after all namespaces of the lab: what a start costs is more than what most tests do.
 *
 * @param cli the command line's main module
 * @param env of the tests
 * @throws Error where it does not work in time, with the end of its log
 */
export async function startSharedSerinus(lab: Lab, cli: string, env: NodeJS.ProcessEnv): Promise<SharedSerinus> {
  const started = lab.launch({
    name: 'serinus-shared',
    file: process.execPath,
    args: [cli, 'all', '--cluster-name', CLUSTER],
    env: {
      SERINUS_METRICS_SERVER: lab.prometheusUrl,
      SERINUS_MIN_INTERVAL: '1',
      SERINUS_WORKFLOW_BUNDLE: env['SERINUS_WORKFLOW_BUNDLE'] ?? '',
    },
  });
  const log = (): string => readFileSync(started.log, 'utf8');
  const deadline = Date.now() + LONGEST_START_MS;
  while (!MARKS.every((mark) => log().includes(mark))) {
    if (!started.running || Date.now() > deadline) throw new Error(`serinus all does not work:\n${log().slice(-4000)}`);
    await sleep(100);
  }
  const place = { cluster: CLUSTER, pid: started.pid, log: started.log };
  return { environment: { SERINUS_SHARED: JSON.stringify(place) }, stop: () => started.stop() };
}
