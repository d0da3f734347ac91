import { z } from 'zod';
import { CursorError } from './port.js';

/**
 * The end of a page: the next one begins with releases that ended earlier, or at the same time and later in the store's
 * order.
 */
export interface Position {
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  readonly id: string;
}

/** The last moment that a date can be, milliseconds since 1970. */
export const LATEST_MS = 8_640_000_000_000_000 - 1;
/** An id has a namespace, a name and a run. */
export const LONGEST_CURSOR = 2_000;

const positionSchema = z.tuple([
  z.literal(1),
  z.int().nonnegative().max(LATEST_MS),
  // Names of Kubernetes and ids of runs; a database may refuse control characters altogether.
  z.string().regex(/^[\w.-]+$/),
]);

export function cursorOf({ endedAt, id }: Position): string {
  return Buffer.from(JSON.stringify([1, endedAt, id])).toString('base64url');
}

/** @throws CursorError for text that {@link cursorOf} didn't make */
export function positionOf(cursor: string): Position {
  try {
    if (cursor.length > LONGEST_CURSOR) throw new Error(`it has ${cursor.length} characters`);
    const [, endedAt, id] = positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { endedAt, id };
  } catch (error) {
    throw new CursorError('the cursor is not one that a page has handed out', { cause: error });
  }
}
