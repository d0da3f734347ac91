import { useState } from 'react';
import type { FleetRow, CanaryStatus } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { keyOf } from './rows.js';

/** Announces changed states to screen readers. The list itself isn't a live region: it would be read as a whole. */
export function FleetNewsLine({ rows }: { readonly rows: readonly FleetRow[] }) {
  const { t } = useLanguage();
  const now = new Map(rows.map((row) => [keyOf(row), { name: row.name, standing: row.standing }]));
  const [announced, setAnnounced] = useState<{ known: ReadonlyMap<string, CanaryStatus>; text: string }>({
    known: new Map([...now].map(([key, { standing }]) => [key, standing])),
    text: '',
  });
  const changed = [...now].filter(([key, { standing }]) => announced.known.get(key) !== standing);
  if (changed.length > 0) {
    setAnnounced({
      known: new Map([...now].map(([key, { standing }]) => [key, standing])),
      text: changed.map(([, { name, standing }]) => t.fleet.announced(name, t.standing[standing])).join('. '),
    });
  }
  return (
    <p className="visually-hidden" aria-live="polite">
      {announced.text}
    </p>
  );
}
