import { useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { orderCalled, ORDERS } from '../../../src/domain/orders/catalogue.js';
import { newKey } from '../api/idempotency.js';
import { useSession } from '../api/session.js';
import type { FleetRow } from '../api/types.js';
import { Said, useLanguage } from '../i18n/language.js';
import { OrderFields, useGiver } from '../release/order-fields.js';
import { Dialog } from '../ui/dialog.js';
import { Loading } from '../ui/loading.js';
import { ProblemText } from '../ui/problem.js';
import { VersionsText } from '../ui/versions.js';
import { giveAll, partsOf, type BulkOrder, type Part, type Results } from './bulk.js';
import { keyOf } from './rows.js';

interface Props {
  readonly order: BulkOrder;
  readonly rows: readonly FleetRow[];
  readonly close: () => void;
}

/** What one order would do to each of several releases, its reason, and the results. */
export function BulkDialog({ order, rows: chosen, close }: Props) {
  const { t } = useLanguage();
  const session = useSession();
  const giver = useGiver();
  // From the moment the dialog was opened: the selection must not change meanwhile.
  const [rows] = useState(chosen);
  const [keys] = useState(() => new Map(rows.map((row) => [keyOf(row), newKey()])));
  const [giving, setGiving] = useState(false);
  const [results, setResults] = useState<Results>();
  const { data: parts, error } = useQuery({
    queryKey: ['bulk', order, keys],
    queryFn: ({ signal }) => partsOf(rows, order, signal),
    staleTime: Infinity,
    gcTime: 0,
  });
  const name = t.orders.names[order] ?? order;
  const catalogued = orderCalled(order);
  const { wantsReason = false, look = 'plain' } = catalogued === undefined ? {} : ORDERS[catalogued];
  const possible = parts?.filter(({ step }) => step !== undefined) ?? [];
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!parts) return;
    setGiving(true);
    void giveAll(possible, giver.said(), (canary) => keys.get(canary) ?? '', session?.csrfToken).then((became) => {
      setResults(became);
      setGiving(false);
    });
  };
  return (
    <Dialog title={t.fleet.bulkTitle(name, rows.length)} close={close}>
      <form onSubmit={submit}>
        {error && <ProblemText error={error} />}
        {!parts && !error && <Loading />}
        {parts && (
          <ul className="bulk" aria-label={t.orders.effect}>
            {parts.map((part) => (
              <li key={keyOf(part.row)}>
                <BulkPart part={part} results={results} />
              </li>
            ))}
          </ul>
        )}
        {!results && <OrderFields giver={giver} reasonRequired={wantsReason} />}
        <div className="dialog-buttons">
          <button type="button" onClick={close}>
            {results ? t.fleet.close : t.orders.cancel}
          </button>
          {!results && (
            <button
              type="submit"
              className={look === 'back' ? 'button-destroy' : 'button-first'}
              disabled={giving || possible.length === 0}
            >
              {giving ? t.orders.giving : t.fleet.bulkGive(name, possible.length)}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function BulkPart({ part: { row, step }, results }: { readonly part: Part; readonly results: Results | undefined }) {
  const { t } = useLanguage();
  const key = keyOf(row);
  const failed = results?.get(key);
  return (
    <>
      <p className="strong">
        {row.namespace}/{row.name} {row.versions && <VersionsText versions={row.versions} />}
      </p>
      {!step && <p className="muted">{t.fleet.bulkNotNow}</p>}
      {step && !results && (
        <p>
          <Said>{step.effect}</Said>
        </p>
      )}
      {step && results && !failed && <p role="status">{t.fleet.bulkTaken}</p>}
      {failed && (
        <div role="alert">
          <ProblemText error={failed} />
        </div>
      )}
    </>
  );
}
