import { readLine, type RecordLine } from '../schema/record.js';

/** An entry from Temporal or the archive: another version of Serinus may have written it. */
interface Kept {
  readonly at: number;
  readonly what: string;
}

/** An entry of a record as the API returns it. */
export function lineOf(kept: Kept): RecordLine {
  return readLine({ ...withoutNulls(kept), what: kept.what, at: new Date(kept.at).toISOString() });
}

/** JSON has no Infinity and no NaN, such as a ratio to zero: it writes null, which is dropped here. */
function withoutNulls(value: object): object {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]: [string, unknown]) =>
      field === null ? [] : [[name, cleaned(field)]],
    ),
  );
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  return typeof value === 'object' && value !== null ? withoutNulls(value) : value;
}
