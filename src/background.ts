import { messageOf } from './errors.js';
import type { Logger } from './logging.js';

/**
 * Does work that nothing waits for. A failure is logged: an unhandled rejection would end the whole process.
 *
 * @param what names the work in the log: "the dead-man's switch looks around"
 * @param isOver whether the process is stopping: failures caused by that aren't logged
 */
export function inBackground(
  log: Pick<Logger, 'error' | 'debug'>,
  what: string,
  work: () => Promise<void>,
  isOver: () => boolean = () => false,
): void {
  work().catch((error: unknown) => {
    log[isOver() ? 'debug' : 'error']({}, `${what}: ${messageOf(error)}`);
  });
}
