import { NativeConnection } from '@temporalio/worker';
import { messageOf } from '../errors.js';
import type { Logger } from '../logging.js';
import { doubling, retrying } from '../retrying.js';
import { resolveConnection, type TemporalOptions } from '../temporal/connection.js';

const pauseAfter = doubling(500, 1_000);

/** A worker's connection; retried until Temporal is there. */
export async function workerConnection(
  options: TemporalOptions,
  log: Logger,
  signal: AbortSignal,
): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connection: settings, namespace } = resolveConnection(options);
  signal.throwIfAborted();
  return retrying(
    async () => ({ connection: await NativeConnection.connect(settings), namespace }),
    (error, made) => {
      const where = settings.address ?? 'the default address';
      log.warn({}, `Temporal at ${where} can't be reached, trying again: ${messageOf(error)}`);
      return pauseAfter(made);
    },
    { signal },
  );
}
