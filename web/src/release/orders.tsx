import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { orderCalled, ORDERS } from '../../../src/domain/orders/catalogue.js';
import { get } from '../api/client.js';
import type { Permissions, Release, Steering } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { More } from '../ui/more.js';
import { OrderDialog } from './order-dialog.js';
import { entriesOf } from './record.js';

/** Orders that continue the release first, those that take something back last. */
const SEQUENCE = ['onward', 'plain', 'back'] as const;

interface Props {
  readonly release: Release;
  /** After an order was given. */
  readonly changed: () => void;
  /** Further buttons. */
  readonly children?: ReactNode;
}

/** A given order. */
interface News {
  readonly text: string;
  /** Id of the release that it is about. */
  readonly of: string;
  /** Id of the release that carries it out. */
  readonly by: string;
  /** No worker had answered at that moment of the release's own clock. */
  readonly pending?: { readonly order: string; readonly entries: number };
}

/** Buttons for the orders that the release would accept now, and that the user may give. */
export function Orders({ release, changed, children }: Props) {
  const { t } = useLanguage();
  // Behind a dialog the buttons stay as they were: the focus returns to one of them.
  const [open, setOpen] = useState<{ readonly step: Steering; readonly buttons: readonly Steering[] }>();
  const [news, setNews] = useState<News>();
  const permitted = usePermissions(release.canary);
  const possible = SEQUENCE.flatMap((look) => (release.steering ?? []).filter(({ order }) => lookOf(order) === look));
  const now = possible.filter(({ order }) => permitted?.orders[order] !== false);
  const allowed = open?.buttons ?? now;
  // The page of a Canary shows one release after another.
  const shown = news && [news.of, news.by].includes(release.id) && !isOver(news, release) ? news : undefined;
  const { main, back, more } = arranged(allowed);
  const button = (step: Steering, className: string) => (
    <button key={step.order} type="button" className={className} onClick={() => setOpen({ step, buttons: now })}>
      {t.orders.names[step.order] ?? step.order}
    </button>
  );
  return (
    <section className="orders" aria-label={t.orders.title}>
      {allowed.length === 0 && <p className="muted">{possible.length > 0 ? t.orders.forbidden : t.orders.none}</p>}
      <div className="order-buttons">
        {main && button(main, lookOf(main.order) === 'onward' ? 'button-first' : '')}
        {back && button(back, 'button-danger')}
        {more.length > 0 && (
          <More label={t.orders.more}>
            {more.map((step) => button(step, lookOf(step.order) === 'back' ? 'button-danger' : ''))}
          </More>
        )}
        {children}
      </div>
      <p role="status" className="order-news">
        {shown?.text}
        {/* What is ordered of a release that has ended is carried out by another one. */}
        {shown && shown.by !== release.id && (
          <>
            {' '}
            <Link href={`/releases/${encodeURIComponent(shown.by)}`}>{t.orders.follow}</Link>
          </>
        )}
      </p>
      {open && (
        <OrderDialog
          step={open.step}
          release={release}
          close={() => setOpen(undefined)}
          taken={({ text, by, pending }) => {
            setOpen(undefined);
            const before = pending && { order: open.step.order, entries: ordersIn(release, open.step.order) };
            setNews({ text, of: release.id, by, ...(before && { pending: before }) });
            changed();
          }}
        />
      )}
    </section>
  );
}

/**
 * "No worker has answered" is true until the record has the order, or the release that carries it out has ended; one
 * that had ended before says nothing about it.
 */
function isOver({ pending, by }: News, release: Release): boolean {
  return (
    pending !== undefined && by === release.id && (release.ended || ordersIn(release, pending.order) > pending.entries)
  );
}

function ordersIn({ record }: Release, order: string): number {
  const name = orderCalled(order);
  return entriesOf(record, 'order').filter((entry) => entry.order === name).length;
}

interface Arranged {
  readonly main: Steering | undefined;
  /** The way back has a button of its own, so that it is found quickly. */
  readonly back: Steering | undefined;
  readonly more: readonly Steering[];
}

/** One primary button, the one that takes it all back, and the rest. @param allowed in {@link SEQUENCE} */
function arranged(allowed: readonly Steering[]): Arranged {
  const main = allowed.find(({ order }) => lookOf(order) !== 'back');
  const back = allowed.findLast(({ order }) => lookOf(order) === 'back');
  return { main, back, more: allowed.filter((step) => step !== main && step !== back) };
}

function lookOf(word: string): (typeof SEQUENCE)[number] {
  const order = orderCalled(word);
  return order === undefined ? 'plain' : ORDERS[order].look;
}

/** The orders that the user may give; undefined where the server doesn't say: it checks them anyway. */
export function usePermissions({ namespace, name }: Release['canary']): Permissions | undefined {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/canaries/${encodeURIComponent(name)}/permissions`;
  const { data } = useQuery({
    queryKey: ['permissions', namespace, name],
    queryFn: ({ signal }) => get<Permissions>(path, signal),
    staleTime: 30_000,
    retry: false,
  });
  return data;
}
