import type { Logger } from '../../../src/logging.js';
import { messageOf } from '../../../src/errors.js';

/** A log that is read. */
export function logTo(lines: string[]): Logger {
  const note: Logger['info'] = (_fields, message) => void lines.push(message);
  return { info: note, warn: note, error: note, debug: () => undefined };
}

/** @returns the words of what is thrown; none where nothing is */
export async function thrownBy(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return '';
  } catch (error) {
    return messageOf(error);
  }
}
