import { useState } from 'react';
import type { FleetRow, Standing } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { keyOf } from './rows.js';

/** Reads out whose state has changed. The list itself isn't a live region: it would be read as a whole. */
export function FleetNewsLine({ rows }: { readonly rows: readonly FleetRow[] }) {
  const { t } = useLanguage();
  const now = new Map(rows.map((row) => [keyOf(row), { name: row.name, standing: row.standing }]));
  const [told, setTold] = useState<{ known: ReadonlyMap<string, Standing>; text: string }>({
    known: new Map([...now].map(([key, { standing }]) => [key, standing])),
    text: '',
  });
  const changed = [...now].filter(([key, { standing }]) => told.known.get(key) !== standing);
  if (changed.length > 0) {
    setTold({
      known: new Map([...now].map(([key, { standing }]) => [key, standing])),
      text: changed.map(([, { name, standing }]) => t.fleet.told(name, t.standing[standing])).join('. '),
    });
  }
  return (
    <p className="visually-hidden" aria-live="polite">
      {told.text}
    </p>
  );
}
