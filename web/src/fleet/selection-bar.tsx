import { useState } from 'react';
import type { FleetRow } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { BulkDialog } from './bulk-dialog.js';
import { BULK_ORDERS, type BulkOrder } from './bulk.js';

interface Props {
  readonly rows: readonly FleetRow[];
  readonly clear: () => void;
}

/** The actions for the selected Canaries. */
export function SelectionBar({ rows, clear }: Props) {
  const { t } = useLanguage();
  const [order, open] = useState<BulkOrder>();
  return (
    <section className="selection" aria-label={t.fleet.selection}>
      <span role="status" className="strong">
        {t.fleet.selected(rows.length)}
      </span>
      {BULK_ORDERS.map((name) => (
        <button
          key={name}
          type="button"
          className={name === 'abort' ? 'button-danger' : undefined}
          onClick={() => open(name)}
        >
          {t.orders.names[name]}
        </button>
      ))}
      <button type="button" className="button-quiet" onClick={clear}>
        {t.fleet.clearSelection}
      </button>
      {order && <BulkDialog order={order} rows={rows} close={() => open(undefined)} />}
    </section>
  );
}
