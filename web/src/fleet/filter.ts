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

/** The server says whether a Canary needs attention, and why. */
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

/** Rows that match the search, without filters: the filters show counts of these. */
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

/** Canaries that need attention come first, then those with a release under way. */
export function rankOf(row: FleetRow): number {
  return needsAttention(row) ? 0 : row.releaseUnderWay ? 1 : 2;
}

/**
 * Those that need attention first, then those with a release under way, then by name: a row doesn't jump while nothing
 * happens to it.
 */
export function sorted(rows: readonly FleetRow[]): readonly FleetRow[] {
  const key = (row: FleetRow): string => `${row.namespace} ${row.name} ${row.cluster}`;
  return [...rows].sort((a, b) => rankOf(a) - rankOf(b) || (key(a) < key(b) ? -1 : 1));
}
