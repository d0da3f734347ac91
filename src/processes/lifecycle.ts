import type { Logger } from '../logging.js';
import { messageOf } from '../errors.js';

/** A part that has not stopped after this time is abandoned. */
const GRACE_MS = 25_000;

/**
 * Runs until SIGINT or SIGTERM, lets work under way finish, and returns. A second signal doesn't wait.
 *
 * @throws what `run` threw
 */
export async function untilStopped(log: Logger, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(130);
    log.info({}, `${name}: stopping`);
    controller.abort();
    setTimeout(() => {
      log.error({}, `not stopped within ${GRACE_MS / 1000} s, leaving`);
      process.exit(1);
    }, GRACE_MS).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await run(controller.signal);
  } catch (error) {
    if (controller.signal.aborted && error instanceof Error && error.name === 'AbortError') return;
    log.error({}, messageOf(error));
    throw error;
  } finally {
    // Where one part has failed, the others must not keep the process alive.
    controller.abort();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
