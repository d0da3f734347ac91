import { lazy, Suspense, useState } from 'react';
import type { Release } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { usePermissions } from '../release/orders.js';
import { Loading } from '../ui/loading.js';

// Loaded on demand: few users of the page read logs.
const Logs = lazy(async () => ({ default: (await import('./logs.js')).Logs }));

/** The pods' logs, on demand; hidden from users without permission. */
export function LogsCard({ canary }: { readonly canary: Release['canary'] }) {
  const { t } = useLanguage();
  const [open, setOpen] = useState(false);
  if (usePermissions(canary)?.logs !== true) return null;
  return (
    <section className="card" aria-labelledby="logs-title">
      <div className="card-head">
        <h2 id="logs-title">{t.logs.title}</h2>
        <button type="button" className="button-small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t.logs.hide : t.logs.show}
        </button>
      </div>
      {open && (
        <Suspense fallback={<Loading />}>
          <Logs canary={canary} />
        </Suspense>
      )}
    </section>
  );
}
