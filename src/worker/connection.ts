import { NativeConnection } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import type { Logger } from '../logging.js';
import { resolveConnection, type TemporalOptions } from '../temporal/connection.js';

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 1_000;

/** A worker's connection; tried until Temporal is there. */
export async function workerConnection(
  options: TemporalOptions,
  log: Logger,
  signal: AbortSignal,
): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connection: settings, namespace } = resolveConnection(options);
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
    signal.throwIfAborted();
    try {
      return { connection: await NativeConnection.connect(settings), namespace };
    } catch (error) {
      log.warn(
        {},
        `Temporal at ${settings.address ?? 'the default address'} can't be reached, trying again: ${messageOf(error)}`,
      );
      await sleep(wait, undefined, { signal });
    }
  }
}
