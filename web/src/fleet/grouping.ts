import type { FleetRow } from '../api/types.js';

export const GROUPINGS = ['none', 'namespace', 'team', 'application'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** A line of the table: the head of a group, or a row. */
export type Line<Row> =
  | { readonly line: 'group'; readonly name: string; readonly count: number }
  | { readonly line: 'row'; readonly row: Row };

/** Groupings that would separate the rows at all. */
export function groupingsOf(rows: readonly FleetRow[]): readonly Grouping[] {
  return GROUPINGS.filter((grouping) => grouping === 'none' || rows.some((row) => groupOf(row, grouping) !== ''));
}

/** Empty where a row has none. */
function groupOf(row: FleetRow, grouping: Exclude<Grouping, 'none'>): string {
  return row[grouping] ?? '';
}

/**
 * Rows group by group, each in the given order; groups by name, rows without a group last.
 *
 * @param rowOf the row to group by
 */
export function linesOf<Row>(rows: readonly Row[], grouping: Grouping, rowOf: (row: Row) => FleetRow): Line<Row>[] {
  if (grouping === 'none') return rows.map((row) => ({ line: 'row', row }));
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = groupOf(rowOf(row), grouping);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  const named = [...groups].sort(([a], [b]) => Number(a === '') - Number(b === '') || (a < b ? -1 : 1));
  return named.flatMap(([name, members]): Line<Row>[] => [
    { line: 'group', name, count: members.length },
    ...members.map((row): Line<Row> => ({ line: 'row', row })),
  ]);
}
