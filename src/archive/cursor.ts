import { z } from 'zod';
import { CursorError } from './port.js';

/** Where a page has ended: everything that ended earlier, or at the same time and comes later in the store's order, follows. */
export interface Position {
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  readonly id: string;
}

const positionSchema = z.tuple([z.literal(1), z.int().nonnegative(), z.string().min(1)]);

export function cursorOf({ endedAt, id }: Position): string {
  return Buffer.from(JSON.stringify([1, endedAt, id])).toString('base64url');
}

/** @throws CursorError for anything else than what {@link cursorOf} made */
export function positionOf(cursor: string): Position {
  try {
    const [, endedAt, id] = positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { endedAt, id };
  } catch (error) {
    throw new CursorError('the cursor is not one that a page has handed out', { cause: error });
  }
}
