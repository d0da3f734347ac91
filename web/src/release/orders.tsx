import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { orderCalled, ORDERS } from '../../../src/domain/orders/catalogue.js';
import { get } from '../api/client.js';
import type { Permissions, Release, Steering } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { OrderDialog } from './order-dialog.js';

/** What goes on stands first, what takes something back last. */
const SEQUENCE = ['onward', 'plain', 'back'] as const;

interface Props {
  readonly release: Release;
  /** After an order was given. */
  readonly changed: () => void;
}

/** Of an order that was given. */
interface News {
  readonly text: string;
  /** Id of the release that it was ordered of. */
  readonly of: string;
  /** Id of the release that carries it out. */
  readonly by: string;
}

/** Buttons for the orders that the release would obey now, and that whoever looks may give. */
export function Orders({ release, changed }: Props) {
  const { t } = useLanguage();
  const [chosen, choose] = useState<Steering>();
  const [news, tell] = useState<News>();
  const permitted = usePermissions(release.canary);
  const possible = SEQUENCE.flatMap((look) => (release.steering ?? []).filter(({ order }) => lookOf(order) === look));
  const allowed = possible.filter(({ order }) => permitted?.orders[order] !== false);
  // On the page of a Canary, one release follows another.
  const told = news && [news.of, news.by].includes(release.id) ? news : undefined;
  return (
    <section className="card orders" aria-labelledby="orders-title">
      <h2 id="orders-title">{t.orders.title}</h2>
      {allowed.length === 0 && <p className="muted">{possible.length > 0 ? t.orders.forbidden : t.orders.none}</p>}
      <div className="order-buttons">
        {allowed.map((step) => (
          <button key={step.order} type="button" className={BUTTONS[lookOf(step.order)]} onClick={() => choose(step)}>
            {t.orders.names[step.order] ?? step.order}
          </button>
        ))}
      </div>
      <p role="status" className="order-news">
        {told?.text}
        {/* What is ordered of a release that has ended is carried out by another one. */}
        {told && told.by !== release.id && (
          <>
            {' '}
            <Link href={`/releases/${encodeURIComponent(told.by)}`}>{t.orders.follow}</Link>
          </>
        )}
      </p>
      {chosen && (
        <OrderDialog
          step={chosen}
          release={release}
          close={() => choose(undefined)}
          taken={(text, by) => {
            choose(undefined);
            tell({ text, of: release.id, by });
            changed();
          }}
        />
      )}
    </section>
  );
}

const BUTTONS = { onward: 'button-first', plain: '', back: 'button-danger' } as const;

function lookOf(word: string): keyof typeof BUTTONS {
  const order = orderCalled(word);
  return order === undefined ? 'plain' : ORDERS[order].look;
}

/** What whoever looks may order; undefined where the server doesn't tell: it decides anyway. */
function usePermissions({ namespace, name }: Release['canary']): Permissions | undefined {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/canaries/${encodeURIComponent(name)}/permissions`;
  const { data } = useQuery({
    queryKey: ['permissions', namespace, name],
    queryFn: ({ signal }) => get<Permissions>(path, signal),
    staleTime: 30_000,
    retry: false,
  });
  return data;
}
