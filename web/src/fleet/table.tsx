import { useTable, type RowSelectionState } from '@tanstack/react-table';
import { useCallback, useState, useSyncExternalStore } from 'react';
import type { FleetRow } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { Icon } from '../ui/icon.js';
import { COLUMNS, columns, features, type ColumnName, type FleetTableRow } from './columns.js';
import { linesOf, type Grouping } from './grouping.js';
import { FleetRowCells } from './row.js';
import { keyOf } from './rows.js';
import { lookOf } from './status.js';
import type { Density, Order } from './use-choices.js';
import { useWindow } from './use-window.js';

/** Heights of a row in pixels, equal to those in the style sheet. */
const HEIGHTS = { comfortable: 40, compact: 32 } as const;
const NARROW_HEIGHT = 76;
const NARROW = '(max-width: 860px)';

interface Props {
  /** In the default order. */
  readonly rows: readonly FleetRow[];
  readonly grouping: Grouping;
  readonly order: Order | undefined;
  readonly density: Density;
  /** There is more than one cluster. */
  readonly withCluster: boolean;
  readonly sort: (order: Order | undefined) => void;
  readonly selected: RowSelectionState;
  readonly select: (selected: RowSelectionState) => void;
}

/** All Canaries as a table; of a large fleet only the visible rows are drawn. */
export function FleetTable({ rows, grouping, order, density, withCluster, sort, selected, select }: Props) {
  const { t } = useLanguage();
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: keyOf,
    enableMultiSort: false,
    state: { sorting: order ? [{ id: order.by, desc: order.descending }] : [], rowSelection: selected },
    onRowSelectionChange: (change) => select(typeof change === 'function' ? change(selected) : change),
  });
  const lines = linesOf(table.getRowModel().rows, grouping, (row: FleetTableRow) => row.original);
  const narrow = useMatches(NARROW);
  const height = narrow ? NARROW_HEIGHT : HEIGHTS[density];
  const [top, setTop] = useState(0);
  const placed = useCallback((element: HTMLDivElement | null) => {
    if (element) setTop(element.getBoundingClientRect().top + window.scrollY);
  }, []);
  const { from, to } = useWindow(lines.length, height, top);
  const all = table.getIsAllRowsSelected();
  return (
    <div role="table" aria-label={t.fleet.title} aria-rowcount={lines.length + 1} className={`fleet fleet-${density}`}>
      <div role="rowgroup" className="fleet-head">
        <div role="row" aria-rowindex={1} className="fleet-line">
          <div role="columnheader" className="fleet-tick">
            <input
              type="checkbox"
              aria-label={t.fleet.selectAll}
              checked={all}
              ref={(box) => {
                if (box) box.indeterminate = !all && table.getIsSomeRowsSelected();
              }}
              onChange={() => table.toggleAllRowsSelected(!all)}
            />
          </div>
          {COLUMNS.map((name) => (
            <Head key={name} name={name} order={order} sort={sort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={placed} className="fleet-body" style={{ height: lines.length * height }}>
        {lines.slice(from, to).map((line, offset) => {
          const index = from + offset;
          const key = nameOf(line);
          const place = { height, transform: `translateY(${index * height}px)` };
          if (line.line === 'group') {
            return (
              <div key={key} role="row" aria-rowindex={index + 2} className="fleet-line fleet-group" style={place}>
                <div role="rowheader" className="fleet-group-name">
                  {line.name || t.fleet.noGroup} <span className="muted number">{line.count}</span>
                </div>
              </div>
            );
          }
          const { original } = line.row;
          const ticked = line.row.getIsSelected();
          return (
            <div
              key={key}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={ticked}
              className={`fleet-line fleet-row tone-${lookOf(original.standing).tone}`}
              style={place}
            >
              <div role="cell" className="fleet-tick">
                <input
                  type="checkbox"
                  aria-label={t.fleet.select(original.name)}
                  checked={ticked}
                  onChange={() => line.row.toggleSelected(!ticked)}
                />
              </div>
              <FleetRowCells row={original} withCluster={withCluster} withNamespace={grouping !== 'namespace'} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface HeadProps {
  readonly name: ColumnName;
  readonly order: Order | undefined;
  readonly sort: (order: Order | undefined) => void;
}

/** Ascending, descending, and the default order. */
function Head({ name, order, sort }: HeadProps) {
  const { t } = useLanguage();
  const mine = order?.by === name ? order : undefined;
  const next = !mine ? { by: name, descending: false } : mine.descending ? undefined : { by: name, descending: true };
  return (
    <div
      role="columnheader"
      className={`fleet-${name}`}
      aria-sort={!mine ? 'none' : mine.descending ? 'descending' : 'ascending'}
    >
      <button type="button" className="fleet-sort" onClick={() => sort(next)}>
        {t.fleet.columns[name]}
        {mine && <Icon name={mine.descending ? 'down' : 'up'} />}
      </button>
    </div>
  );
}

function nameOf(line: ReturnType<typeof linesOf<FleetTableRow>>[number]): string {
  return line.line === 'group' ? `group ${line.name}` : line.row.id;
}

function useMatches(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => window.matchMedia(query).matches,
  );
}
