import {
  createColumnHelper,
  createSortedRowModel,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  type Row,
} from '@tanstack/react-table';
import { roomOf } from '../../../src/domain/narrative/worst.js';
import type { FleetRow } from '../api/types.js';
import { rankOf } from './filter.js';

export const features = tableFeatures({
  rowSortingFeature,
  rowSelectionFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: {},
});

export type FleetTableRow = Row<typeof features, FleetRow>;

const helper = createColumnHelper<typeof features, FleetRow>();

const byValue = (a: FleetTableRow, b: FleetTableRow, column: string): number =>
  compared(a.getValue<string | number>(column), b.getValue<string | number>(column));

const last = { sortFn: byValue, sortUndefined: 'last' } as const;

export const COLUMNS = ['name', 'version', 'status', 'step', 'worst', 'who', 'age'] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** The fleet's sort keys, from left to right. */
export const columns = helper.columns([
  helper.accessor(({ name, namespace }) => `${name} ${namespace}`, { id: 'name', sortFn: byValue }),
  helper.accessor(({ versions }) => versions?.to ?? versions?.from, { id: 'version', ...last }),
  helper.accessor((row) => `${rankOf(row)} ${row.standing}`, { id: 'status', sortFn: byValue }),
  helper.accessor(({ step }) => (step === undefined ? undefined : step.done / step.of), { id: 'step', ...last }),
  helper.accessor(({ worst }) => worst && roomOf(worst), { id: 'worst', ...last }),
  helper.accessor(({ by }) => by, { id: 'who', ...last }),
  helper.accessor((row) => agedFrom(row), { id: 'age', sortDescFirst: true, ...last }),
] as const);

/** The start of the release under way, else the last change of its status. */
export function sinceOf({ startedAt, lastTransitionTime }: FleetRow): string | undefined {
  return startedAt ?? lastTransitionTime;
}

/** The younger, the greater. */
function agedFrom(row: FleetRow): number | undefined {
  const since = sinceOf(row);
  return since === undefined ? undefined : Date.parse(since);
}

function compared(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
