import { useState } from 'react';
import type { FleetRow } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { keyOf } from './rows.js';
import { statusOf, type CanaryStatus } from './status.js';

/** Reads out whose state has changed. The list itself isn't a live region: it would be read as a whole. */
export function FleetNewsLine({ rows }: { readonly rows: readonly FleetRow[] }) {
  const { t } = useLanguage();
  const now = new Map(rows.map((row) => [keyOf(row), { name: row.name, standing: statusOf(row) }]));
  const [told, setTold] = useState<{ known: ReadonlyMap<string, CanaryStatus>; text: string }>({
    known: new Map([...now].map(([key, { standing: status }]) => [key, status])),
    text: '',
  });
  const changed = [...now].filter(([key, { standing: status }]) => told.known.get(key) !== status);
  if (changed.length > 0) {
    setTold({
      known: new Map([...now].map(([key, { standing: status }]) => [key, status])),
      text: changed.map(([, { name, standing: status }]) => t.fleet.told(name, t.standing[status])).join('. '),
    });
  }
  return (
    <p className="visually-hidden" aria-live="polite">
      {told.text}
    </p>
  );
}
