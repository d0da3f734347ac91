import type { Line } from '../api/types.js';

/** The entries of one kind, oldest first. */
export function entriesOf<What extends Line['what']>(
  record: readonly Line[],
  what: What,
): Extract<Line, { what: What }>[] {
  return record.filter((line): line is Extract<Line, { what: What }> => line.what === what);
}
