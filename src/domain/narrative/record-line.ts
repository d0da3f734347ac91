import { evidenceAfterText } from './evidence-rows.js';
import { wordsOf } from '../orders/catalogue.js';
import type { RecordEntry } from '../record/record.js';
import { measured, rangeText } from './units.js';

type Untimed<Entry> = Entry extends unknown ? Omit<Entry, 'at'> : never;
/** An entry of a record without its time, which every reader formats in its own way. */
export type Happened = Untimed<RecordEntry>;
type Analysis = Extract<Happened, { what: 'analysis' }>;

/** What happened, in one line for people. */
export interface RecordText {
  readonly text: string;
  readonly isWarning: boolean;
}

export function recordText(entry: Happened): RecordText {
  switch (entry.what) {
    case 'event':
      return { text: entry.message, isWarning: entry.type === 'Warning' };
    case 'undelivered':
      return { text: undelivered(entry), isWarning: true };
    default:
      return { text: textOf(entry), isWarning: false };
  }
}

function textOf(entry: Exclude<Happened, { what: 'event' | 'undelivered' }>): string {
  switch (entry.what) {
    case 'weight':
      return `canary weight ${entry.canary}%`;
    case 'phase':
      return `phase ${entry.phase}`;
    case 'analysis':
      return `analysis at ${entry.weight}%: ${verdict(entry.ok)}${seenText(entry.seen)}`;
    case 'watch':
      return `after the promotion: ${evidenceAfterText(entry.judged)}`;
    case 'webhook': {
      const often = entry.times === undefined ? '' : `, ${entry.times} times`;
      return `${entry.type} webhook ${entry.hook}: ${entry.ok ? 'passed' : (entry.error ?? 'failed')}${often}`;
    }
    case 'order': {
      const reason = entry.reason === '' ? '' : `: ${entry.reason}`;
      const refused = entry.refused === undefined ? '' : ` (refused: ${entry.refused})`;
      return `${entry.by} ordered ${wordsOf(entry.order)}${reason}${refused}`;
    }
    case 'load-test': {
      const { name, requests, failed } = entry.result;
      return `load test ${name}: ${requests} requests, ${failed} failed`;
    }
  }
}

function undelivered({ to, first, count, error, handedTo }: Extract<Happened, { what: 'undelivered' }>): string {
  const more = count > 1 ? ` and ${count - 1} more` : '';
  const then = handedTo === undefined ? '' : ` (${handedTo} goes on trying)`;
  return `${to} was not notified of "${first}"${more}: ${error}${then}`;
}

function seenText(seen: Analysis['seen']): string {
  return seen === undefined || 'unknown' in seen
    ? ''
    : `, ${seen.percent}% of ${seen.requests} requests met the canary`;
}

/** One check of an analysis, for a table. */
export interface CheckRow {
  readonly check: string;
  /** Its value, or what was wrong with it; empty where there is neither. */
  readonly value: string;
  readonly range: string;
  readonly verdict: 'passed' | 'failed';
}

/** What an analysis found, check by check. */
export function checkRows({ hooks, metrics }: Pick<Analysis, 'hooks' | 'metrics'>): CheckRow[] {
  return [
    ...hooks.map(({ hook, error, ok }) => ({
      check: `webhook ${hook}`,
      value: error ?? '',
      range: '',
      verdict: verdict(ok),
    })),
    ...metrics.map(({ metric, value, min, max, ok }) => ({
      check: metric,
      value: value === undefined ? '-' : measured(metric, value),
      range: rangeText(metric, { min, max }),
      verdict: verdict(ok),
    })),
  ];
}

export function verdict(ok: boolean): 'passed' | 'failed' {
  return ok ? 'passed' : 'failed';
}
