import { whyIn } from '../../../src/domain/narrative/verdict.js';
import { Link } from 'wouter';
import type { PastRelease } from '../api/types.js';
import { duration } from '../format/times.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Status } from '../ui/status.js';
import { DateTime } from '../ui/time.js';
import { OutcomeStatus } from './outcome.js';
import { UndoingLinks } from './undoing-links.js';

interface Props {
  readonly items: readonly PastRelease[];
  /** Ids, at most two: the oldest choice is dropped. */
  readonly chosen: readonly string[];
  readonly choose: (ids: readonly string[]) => void;
}

export function ReleasesTable({ items, chosen, choose }: Props) {
  const { t } = useLanguage();
  const toggle = (id: string): void =>
    choose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-2));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t.releases.title}>
      <table className="cards-when-narrow">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t.releases.compare}</span>
            </th>
            <th scope="col">{t.releases.name}</th>
            <th scope="col">{t.releases.outcome}</th>
            <th scope="col">{t.releases.started}</th>
            <th scope="col" className="number">
              {t.releases.lasted}
            </th>
            <th scope="col">{t.releases.who}</th>
            <th scope="col">{t.releases.images}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.id} item={item} chosen={chosen.includes(item.id)} toggle={() => toggle(item.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly item: PastRelease;
  readonly chosen: boolean;
  readonly toggle: () => void;
}

function Row({ item, chosen, toggle }: RowProps) {
  const { t, locale } = useLanguage();
  const { id, namespace, name, outcome, open, startedAt, durationSeconds, triggeredBy, verdict, reason, images } = item;
  const why = verdict === undefined ? reason : whyIn(verdict, outcome);
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={t.releases.select(`${namespace}/${name} ${startedAt}`)}
          checked={chosen}
          onChange={toggle}
        />
      </td>
      <th scope="row">
        <Link href={`/releases/${encodeURIComponent(id)}`}>{name}</Link>
        <div className="muted">{namespace}</div>
      </th>
      <td>
        {open ? <Status tone="busy">{t.releases.open}</Status> : <OutcomeStatus outcome={outcome} />}{' '}
        <UndoingLinks {...item} />
        {why !== undefined && why !== '' && (
          <div className="muted clamp">
            <Said>{why}</Said>
          </div>
        )}
      </td>
      <td>
        <DateTime at={startedAt} />
      </td>
      <td className="number">{durationSeconds === undefined ? '–' : duration(durationSeconds, locale)}</td>
      <td className="break">{triggeredBy}</td>
      <td className="break">{images.join(', ')}</td>
    </tr>
  );
}
