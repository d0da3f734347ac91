import { wordsOf } from '../../../src/domain/orders/catalogue.js';
import type { Line } from '../api/types.js';

interface At {
  /** Of several equal ones in a row, the last. */
  readonly at: string;
  /** How often in a row; once where missing. */
  readonly repeated?: number;
  readonly tone: 'plain' | 'warn' | 'bad' | 'person';
}

/** A line of the record in the list of events. */
export type Happening = At &
  (
    | { readonly what: 'said'; readonly text: string }
    | { readonly what: 'weight'; readonly weight: number }
    | { readonly what: 'phase'; readonly phase: string }
    | {
        readonly what: 'order';
        readonly order: string;
        readonly by: string;
        readonly reason: string;
        readonly refused?: string;
      }
    | {
        readonly what: 'webhook';
        readonly hook: string;
        readonly ok: boolean;
        readonly text: string;
        readonly times: number;
      }
    | { readonly what: 'undelivered'; readonly text: string }
  );

/**
 * Events, newest first. An event with the weight represents the weight itself, and several equal events in a row are
 * shown as one.
 */
export function happened(record: readonly Line[]): readonly Happening[] {
  const all = record.flatMap((line) => happeningsOf(line) ?? []);
  const said = new Set(all.flatMap(({ what, at }) => (what === 'said' ? [at] : [])));
  return grouped(all.filter(({ what, at }) => what !== 'weight' || !said.has(at))).reverse();
}

/** Filters of the list. */
export const KINDS = ['all', 'problems', 'people'] as const;
export type Kind = (typeof KINDS)[number];

/** Problems are warnings and failures; people, their orders. */
export function ofKind(happenings: readonly Happening[], kind: Kind): readonly Happening[] {
  if (kind === 'all') return happenings;
  return happenings.filter(({ tone }) => (kind === 'people' ? tone === 'person' : tone === 'warn' || tone === 'bad'));
}

/** @param all oldest first */
function grouped(all: readonly Happening[]): Happening[] {
  const groups: Happening[] = [];
  for (const one of all) {
    const last = groups.at(-1);
    const isSame = last?.what === 'said' && one.what === 'said' && sameText(last.text, one.text);
    if (isSame) groups[groups.length - 1] = { ...one, repeated: (last.repeated ?? 1) + 1 };
    else groups.push(one);
  }
  return groups;
}

/** Measured values differ each time; the rest of the text is equal. */
function sameText(one: string, other: string): boolean {
  return one.replace(/\d+(?:\.\d+)?/g, '0') === other.replace(/\d+(?:\.\d+)?/g, '0') && /^Halt /.test(one);
}

/**
 * @returns undefined for entries that have a place of their own on the page (checks, load tests), and for unknown ones
 */
function happeningsOf(entry: Line): Happening | undefined {
  const { at } = entry;
  switch (entry.what) {
    case 'event':
      return { at, what: 'said', text: entry.message, tone: entry.type === 'Warning' ? 'warn' : 'plain' };
    case 'weight':
      return { at, what: 'weight', weight: entry.canary, tone: 'plain' };
    case 'phase':
      return { at, what: 'phase', phase: entry.phase, tone: 'plain' };
    case 'order': {
      const { order, by, reason, refused } = entry;
      return {
        at,
        what: 'order',
        order: wordsOf(order),
        by,
        reason,
        ...(refused !== undefined && { refused }),
        tone: 'person',
      };
    }
    case 'webhook': {
      const { hook, ok, error, type, times = 1 } = entry;
      return {
        at,
        what: 'webhook',
        hook: `${hook} (${type})`,
        ok,
        text: error ?? '',
        times,
        tone: ok ? 'plain' : 'warn',
      };
    }
    case 'undelivered':
      return { at, what: 'undelivered', text: `${entry.to}: ${entry.first} (${entry.error})`, tone: 'bad' };
    case 'analysis':
    case 'watch':
    case 'load-test':
    case 'unknown':
    default:
      return undefined;
  }
}
