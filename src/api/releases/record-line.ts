import { recordEntrySchema, type RecordLine } from '../schema/record.js';

/** An entry as Temporal or the archive keeps it: other versions of Serinus may have written it. */
interface Kept {
  readonly at: number;
  readonly what: string;
}

/** An entry of a record as the API tells it. What this version doesn't know is told as it is, and said to be unknown. */
export function lineOf(kept: Kept): RecordLine {
  const at = new Date(kept.at).toISOString();
  const { data } = recordEntrySchema.safeParse({ ...withoutNulls(kept), at });
  if (data !== undefined) return data;
  const { at: _, what: kind, ...fields } = kept;
  return { at, what: 'unknown', kind, fields };
}

/** JSON has no word for a number that is none, such as a ratio to zero: it writes null, and here it is missing. */
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
