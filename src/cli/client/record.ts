import { z } from 'zod';
import type { RecordLine } from '../../api/schema/release.js';
import { table } from './output.js';

const entrySchema = z.discriminatedUnion('what', [
  z.looseObject({ what: z.literal('event'), type: z.string(), message: z.string() }),
  z.looseObject({
    what: z.literal('order'),
    order: z.string(),
    by: z.string(),
    reason: z.string(),
    refused: z.string().optional(),
  }),
  z.looseObject({
    what: z.literal('undelivered'),
    to: z.string(),
    count: z.number(),
    first: z.string(),
    error: z.string(),
    handedTo: z.string().optional(),
  }),
]);

const analysisSchema = z.looseObject({
  weight: z.number(),
  ok: z.boolean(),
  hooks: z.array(z.looseObject({ hook: z.string(), ok: z.boolean(), error: z.string().optional() })),
  metrics: z.array(
    z.looseObject({
      metric: z.string(),
      ok: z.boolean(),
      value: z.number().optional(),
      min: z.number().optional(),
      max: z.number().optional(),
    }),
  ),
});

/** A line of a record for people; undefined for what another line says already. */
export function recordLine(line: RecordLine): string | undefined {
  const { data: entry } = entrySchema.safeParse(line);
  const time = line.at.slice(11, 19);
  switch (entry?.what) {
    case 'event':
      return `${time}  ${entry.type === 'Warning' ? 'Warning: ' : ''}${entry.message}`;
    case 'order': {
      const reason = entry.reason === '' ? '' : `: ${entry.reason}`;
      const refused = entry.refused === undefined ? '' : ` (refused: ${entry.refused})`;
      return `${time}  ${entry.by} ordered ${entry.order}${reason}${refused}`;
    }
    case 'undelivered': {
      const more = entry.count > 1 ? ` and ${entry.count - 1} more` : '';
      const then = entry.handedTo === undefined ? '' : ` (${entry.handedTo} goes on trying)`;
      return `${time}  Warning: ${entry.to} was not told "${entry.first}"${more}: ${entry.error}${then}`;
    }
    case undefined:
      return undefined;
  }
}

/** What an analysis found, check by check. */
export function analysisLines(line: RecordLine): string[] {
  const { data: analysis } = analysisSchema.safeParse(line);
  if (!analysis) return [];
  const verdict = (ok: boolean): string => (ok ? 'passed' : 'failed');
  const rows = [
    ['CHECK', 'VALUE', 'RANGE', 'VERDICT'],
    ...analysis.hooks.map((hook) => [`webhook ${hook.hook}`, hook.error ?? '', '', verdict(hook.ok)]),
    ...analysis.metrics.map((metric) => [
      metric.metric,
      String(metric.value ?? '-'),
      range(metric),
      verdict(metric.ok),
    ]),
  ];
  return [`at weight ${analysis.weight}: ${verdict(analysis.ok)}`, ...table(rows)];
}

function range({ min, max }: { readonly min?: number | undefined; readonly max?: number | undefined }): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `>= ${min}`;
  return max === undefined ? '' : `<= ${max}`;
}
