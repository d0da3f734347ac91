import type { RecordLine } from '../../api/schema/record.js';
import type { Judged } from '../../domain/decision/judged.js';
import { evidenceBar, evidenceRows, evidenceText } from '../../domain/narrative/evidence-rows.js';
import { checkRows, recordText, verdict } from '../../domain/narrative/record-line.js';
import { table } from './output.js';
import { clock } from './times.js';

/** A line of a record for people; undefined for what another line says already, and for unknown entries. */
export function recordLine(entry: RecordLine): string | undefined {
  if (entry.what !== 'event' && entry.what !== 'order' && entry.what !== 'undelivered') return undefined;
  const { text, isWarning } = recordText(entry);
  return `${clock(entry.at)}  ${isWarning ? 'Warning: ' : ''}${text}`;
}

/** What an analysis found, check by check. */
export function analysisLines(entry: RecordLine): string[] {
  if (entry.what !== 'analysis') return [];
  const rows = checkRows(entry).map(({ check, value, range, verdict: how }) => [check, value, range, how]);
  return [
    `at weight ${entry.weight}: ${verdict(entry.ok)}`,
    ...table([['CHECK', 'VALUE', 'RANGE', 'VERDICT'], ...rows]),
    ...(entry.judged ? evidenceLines(entry.judged) : []),
  ];
}

/** How far evidence has come, metric by metric. */
function evidenceLines(judged: Judged): string[] {
  const rows = evidenceRows(judged).map(({ metric, ratio, requests, towardsRollback, towardsProof }) => [
    ...[metric, ratio, String(Math.round(requests)), evidenceBar(towardsRollback), evidenceBar(towardsProof)],
  ]);
  const head = ['EVIDENCE', 'TIMES THE PRIMARY’S', 'REQUESTS', 'TOWARDS ROLLBACK', 'TOWARDS PROOF'];
  return ['', evidenceText(judged), ...table([head, ...rows])];
}
