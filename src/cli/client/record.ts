import { recordEntrySchema } from '../../api/schema/record.js';
import { checkRows, recordText, verdict } from '../../domain/narrative/record-line.js';
import { table } from './output.js';

/** An entry of a record as an API has sent it, which may be of another version. */
interface Sent {
  readonly at: string;
  readonly what: string;
}

/** A line of a record for people; undefined for what another line says already, and for what isn't known here. */
export function recordLine(sent: Sent): string | undefined {
  const { data: entry } = recordEntrySchema.safeParse(sent);
  if (entry?.what !== 'event' && entry?.what !== 'order' && entry?.what !== 'undelivered') return undefined;
  const { text, isWarning } = recordText(entry);
  return `${entry.at.slice(11, 19)}  ${isWarning ? 'Warning: ' : ''}${text}`;
}

/** What an analysis found, check by check. */
export function analysisLines(sent: Sent): string[] {
  const { data: entry } = recordEntrySchema.safeParse(sent);
  if (entry?.what !== 'analysis') return [];
  const rows = checkRows(entry).map(({ check, value, range, verdict: how }) => [check, value, range, how]);
  return [
    `at weight ${entry.weight}: ${verdict(entry.ok)}`,
    ...table([['CHECK', 'VALUE', 'RANGE', 'VERDICT'], ...rows]),
  ];
}
