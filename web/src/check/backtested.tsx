import { Link } from 'wouter';
import type { BacktestAnswer, BacktestedRelease } from '../api/types.js';
import { duration } from '../format/times.js';
import { Said, useLanguage } from '../i18n/language.js';
import { OutcomeStatus } from '../releases/outcome.js';
import { Status, type Tone } from '../ui/status.js';
import { DateTime } from '../ui/time.js';

const TONES: Readonly<Record<BacktestedRelease['end'], Tone>> = {
  'rolled-back': 'bad',
  promoted: 'good',
  waits: 'warn',
  'goes-on': 'calm',
  unknown: 'calm',
};

/** What the policy would have made of past releases. */
export function Backtested({ answer }: { readonly answer: BacktestAnswer }) {
  const { t } = useLanguage();
  const { namespace, canary, items, untested } = answer;
  const known = items.filter(({ end }) => end !== 'unknown');
  const otherwise = known.filter(({ was, end }) => was !== end).length;
  return (
    <section className="card" aria-label={t.check.backtest.title}>
      <div className="card-head">
        <h2>{t.check.backtest.of(`${namespace}/${canary}`)}</h2>
      </div>
      <p>{t.check.backtest.summary(otherwise, known.length)}</p>
      {items.length > known.length && (
        <p className="muted">{t.check.backtest.uncounted(items.length - known.length)}</p>
      )}
      {untested > 0 && <p className="muted">{t.check.backtest.untested(untested)}</p>}
      {items.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="group" aria-label={t.check.backtest.title}>
          <table className="cards-when-narrow">
            <thead>
              <tr>
                <th scope="col">{t.releases.started}</th>
                <th scope="col">{t.check.backtest.was}</th>
                <th scope="col">{t.check.backtest.would}</th>
                <th scope="col">{t.check.backtest.why}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <Row key={item.id} item={item} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ item }: { readonly item: BacktestedRelease }) {
  const { t, locale } = useLanguage();
  const { id, startedAt, was, wasAfter, end, seconds, later, says } = item;
  return (
    <tr>
      <th scope="row">
        <Link href={`/releases/${encodeURIComponent(id)}`}>{startedAt === '' ? id : <DateTime at={startedAt} />}</Link>
      </th>
      <td>
        <OutcomeStatus outcome={was} />
        {wasAfter !== undefined && <div className="muted">{t.check.backtest.after(duration(wasAfter, locale))}</div>}
      </td>
      <td>
        <Status tone={TONES[end]}>{t.check.backtest.ends[end]}</Status>
        {seconds !== undefined && <div className="muted">{t.check.backtest.after(duration(seconds, locale))}</div>}
        {later !== undefined && later !== 0 && (
          <div className="muted">
            {t.check.backtest[later < 0 ? 'earlier' : 'later'](duration(Math.abs(later), locale))}
          </div>
        )}
      </td>
      <td>
        <Said>{says}</Said>
      </td>
    </tr>
  );
}
