import type { FleetRow, CanaryStatus } from '../api/types.js';

export const FILTERS = ['all', 'attention', 'progressing', 'waiting', 'paused', 'failed', 'resting'] as const;
export type FilterName = (typeof FILTERS)[number];

const STATUSES: Readonly<Record<Exclude<FilterName, 'all' | 'attention'>, readonly CanaryStatus[]>> = {
  progressing: ['progressing', 'promoting', 'starting'],
  waiting: ['waiting'],
  paused: ['paused'],
  failed: ['failed', 'regressed', 'invalid', 'blocked'],
  resting: ['succeeded', 'initialized', 'suspended', 'undone', 'leaving'],
};

export function matches(row: FleetRow, filter: FilterName): boolean {
  if (filter === 'all') return true;
  return filter === 'attention' ? needsAttention(row) : STATUSES[filter].includes(row.standing);
}

/** Whether somebody should look, and why, the server says. */
function needsAttention(row: FleetRow): boolean {
  return row.attention !== undefined;
}

export interface Wanted {
  readonly filter: FilterName;
  /** Words, all of which must be somewhere in namespace, name, target or cluster. */
  readonly search: string;
  /** All of them where empty. */
  readonly namespace: string;
}

/** Rows by the search alone: what the filters' counts are about. */
export function found(rows: readonly FleetRow[], { search, namespace }: Omit<Wanted, 'filter'>): readonly FleetRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (namespace !== '' && row.namespace !== namespace) return false;
    const text = [row.namespace, row.name, row.target.name, row.cluster].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function countsOf(rows: readonly FleetRow[]): Readonly<Record<FilterName, number>> {
  const count = (filter: FilterName): number => rows.filter((row) => matches(row, filter)).length;
  return {
    all: rows.length,
    attention: count('attention'),
    progressing: count('progressing'),
    waiting: count('waiting'),
    paused: count('paused'),
    failed: count('failed'),
    resting: count('resting'),
  };
}

/** What needs somebody comes first, then what moves. */
export function rankOf(row: FleetRow): number {
  return needsAttention(row) ? 0 : row.releaseUnderWay ? 1 : 2;
}

/** What needs somebody first, then what moves, then by name: a row doesn't jump while nothing happens to it. */
export function sorted(rows: readonly FleetRow[]): readonly FleetRow[] {
  const key = (row: FleetRow): string => `${row.namespace} ${row.name} ${row.cluster}`;
  return [...rows].sort((a, b) => rankOf(a) - rankOf(b) || (key(a) < key(b) ? -1 : 1));
}
