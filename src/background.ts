import { messageOf } from './errors.js';
import type { Logger } from './logging.js';

/**
 * Does work that nobody waits for. Where it fails that is logged: a promise that is rejected and left alone ends the
 * process, and everything else that it does.
 *
 * @param what names the work in the log: "the dead-man's switch looks around"
 * @param isOver whether the process stops: what fails then, for want of what has been closed already, is no news
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
