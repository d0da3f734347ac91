import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import type { Archive } from './port.js';

const DAY_MS = 24 * 3_600_000;
/** How often old releases are deleted. */
const ROUND_MS = 6 * 3_600_000;
/** After a failed round. */
const RETRY_MS = 5 * 60_000;

interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/**
 * Deletes a cluster's releases from the archive after their retention, at once and then every six hours, until the
 * signal aborts. Several processes may do so.
 */
export async function keepFor(
  days: number,
  archive: Archive,
  cluster: string,
  log: Log,
  signal: AbortSignal,
  now: () => number = Date.now,
): Promise<void> {
  while (!signal.aborted) {
    let wait = ROUND_MS;
    try {
      const gone = await archive.prune(cluster, new Date(now() - days * DAY_MS));
      if (gone > 0) log.info({}, `Deleted from the archive: ${gone} that ended more than ${days} days ago`);
    } catch (error) {
      wait = RETRY_MS;
      log.warn({}, `old releases can't be deleted from the archive, trying again: ${messageOf(error)}`);
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
}
