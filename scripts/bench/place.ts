import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { startLab, type Lab } from '../../lab/lab.js';
import { logTail } from '../../lab/process/log-tail.js';
import { startAllOfSerinus } from '../../lab/serinus.js';
import { applyCrds } from '../../src/cli/install-crds.js';
import type { KubeClient } from '../../src/kube/client.js';
import { clusterClient } from '../../src/kube/connect.js';

/** Names workflows and queues. */
export const CLUSTER = 'bench';

/** Tags that are released; they are linked before anything is measured. */
export const TAGS = {
  good: ['6.0.1', '6.0.3'],
  bad: ['6.0.1-errors', '6.0.3-errors'],
} as const;

/** Real servers on loopback, and one Serinus. */
export interface Place {
  readonly lab: Lab;
  readonly kube: KubeClient;
  readonly temporal: Client;
  /** Where Serinus answers by HTTP. */
  readonly apiUrl: string;
  /** Process id of Serinus. */
  readonly serinus: number;
  close(): Promise<void>;
}

/** @param minIntervalSeconds shortest analysis interval of Serinus */
export async function openPlace(minIntervalSeconds: number, log: (line: string) => void): Promise<Place> {
  const lab = await startLab({ log, podinfoTags: ['6.0.0', ...TAGS.good, ...TAGS.bad] });
  try {
    const kube = clusterClient({ kubeconfig: lab.kubeconfig, userAgent: 'serinus-bench' });
    await applyCrds(kube);
    const serinus = await startSerinus(lab, minIntervalSeconds);
    const { address, namespace } = lab.temporal;
    const connection = await Connection.connect({ address });
    const close = async (): Promise<void> => {
      serinus.expectEnd();
      await connection.close();
      await lab.stop();
    };
    return {
      lab,
      kube,
      temporal: new Client({ connection, namespace }),
      apiUrl: serinus.url,
      serinus: serinus.pid,
      close,
    };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

/** What Serinus says of itself when it works. */
const WORKING = ['Started operator workers', 'Watching'];
const START_MS = 180_000;

/** Waits until Serinus works. One that ends by itself ends the bench. */
async function startSerinus(
  lab: Lab,
  minIntervalSeconds: number,
): Promise<{ readonly url: string; readonly pid: number; expectEnd(): void }> {
  const { process: launched, url } = await startAllOfSerinus(lab, [
    `--cluster-name=${CLUSTER}`,
    `--min-interval=${minIntervalSeconds}`,
  ]);
  let expected = false;
  void launched.exited.then(() => {
    if (expected) return;
    console.error(`Serinus has ended; the end of its log:\n${logTail(launched.log)}`);
    process.exit(1);
  });
  const deadline = Date.now() + START_MS;
  while (!WORKING.every((mark) => readFileSync(launched.log, 'utf8').includes(mark))) {
    if (Date.now() > deadline) throw new Error(`Serinus doesn't work yet:\n${logTail(launched.log)}`);
    await sleep(100);
  }
  const { pid } = launched;
  if (pid === undefined) throw new Error('Serinus was not started');
  return { url, pid, expectEnd: () => (expected = true) };
}
