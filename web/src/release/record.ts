import type { RecordEntry } from '../../../src/domain/record/record.js';
import type { Line } from '../api/types.js';

/** An entry of a record as the API tells it: its time is a text. */
export type Entry<What extends RecordEntry['what']> = Omit<Extract<RecordEntry, { what: What }>, 'at'> & {
  readonly at: string;
};

function isA<What extends RecordEntry['what']>(line: Line, what: What): line is Line & Entry<What> {
  return line.what === what;
}

/** The entries of one kind, oldest first. The API writes them down from the very types named here. */
export function entriesOf<What extends RecordEntry['what']>(record: readonly Line[], what: What): Entry<What>[] {
  return record.filter((line): line is Line & Entry<What> => isA(line, what));
}
