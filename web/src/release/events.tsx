import { useState } from 'react';
import type { Line } from '../api/types.js';
import { percent } from '../format/numbers.js';
import { Said, useLanguage } from '../i18n/language.js';
import type { Texts } from '../i18n/en.js';
import { Icon, type IconName } from '../ui/icon.js';
import { Clock } from '../ui/time.js';
import { happened, KINDS, ofKind, type Happening, type Kind } from './happenings.js';

const SHOWN = 14;
const ICONS: Readonly<Record<Happening['tone'], IconName>> = {
  plain: 'dot',
  warn: 'warning',
  bad: 'cross',
  person: 'forward',
};

interface Props {
  readonly record: readonly Line[];
  readonly dropped: number;
}

/** Everything in the record of a release, newest first. */
export function Events({ record, dropped }: Props) {
  const { t } = useLanguage();
  const [all, setAll] = useState(false);
  const [kind, setKind] = useState<Kind>('all');
  const everything = happened(record);
  const kinds = KINDS.filter((one) => ofKind(everything, one).length > 0);
  const lines = ofKind(everything, kinds.includes(kind) ? kind : 'all');
  const shown = all ? lines : lines.slice(0, SHOWN);
  return (
    <section className="card" aria-labelledby="events-title">
      <div className="card-head">
        <h2 id="events-title">{t.events.title}</h2>
        {kinds.length > 1 && (
          <div className="chips" role="group" aria-labelledby="events-title">
            {kinds.map((one) => (
              <button key={one} type="button" className="chip" aria-pressed={one === kind} onClick={() => setKind(one)}>
                {t.events.kinds[one]} <span className="chip-count">{ofKind(everything, one).length}</span>
              </button>
            ))}
          </div>
        )}
      </div>
      {lines.length === 0 ? (
        <p className="muted">{t.events.none}</p>
      ) : (
        <ol className="events">
          {shown.map((one, index) => (
            <li
              key={`${one.at} ${lines.length - index}`}
              className={`event event-${one.tone} ${one.what === 'phase' ? 'muted' : ''}`}
            >
              <Clock at={one.at} />
              <Icon name={ICONS[one.tone]} />
              <span>
                <EventText happening={one} t={t} />
                {one.repeated !== undefined && <span className="muted number"> × {one.repeated}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
      {dropped > 0 && <p className="muted">{t.events.dropped(dropped)}</p>}
      {lines.length > SHOWN && (
        <button type="button" className="button-small" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t.windows.fewer : t.events.all(lines.length)}
        </button>
      )}
    </section>
  );
}

function EventText({ happening: one, t }: { readonly happening: Happening; readonly t: Texts }) {
  const { locale } = useLanguage();
  switch (one.what) {
    case 'said':
      return <Said>{one.text}</Said>;
    case 'weight':
      return <span>{t.events.weight(percent(one.weight, locale))}</span>;
    case 'phase':
      return <span>{t.events.phase(one.phase)}</span>;
    case 'order':
      return (
        <span>
          {t.events.order(t.orders.names[one.order] ?? one.order, one.by)}
          {one.reason !== '' && <Said>{`: ${one.reason}`}</Said>}
          {one.refused !== undefined && (
            <span className="event-refused">
              {` (${t.events.refused}: `}
              <Said>{one.refused}</Said>)
            </span>
          )}
        </span>
      );
    case 'webhook':
      return (
        <span>
          {t.events.webhook(one.hook, one.ok)}
          {one.times > 1 && ` × ${one.times}`}
          {one.text !== '' && <Said>{`: ${one.text}`}</Said>}
        </span>
      );
    case 'undelivered':
      return (
        <span>
          {t.events.undelivered}: <Said>{one.text}</Said>
        </span>
      );
  }
}
