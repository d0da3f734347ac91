import type { Live, Release } from '../api/types.js';
import { duration } from '../format/times.js';
import { number, percent } from '../format/numbers.js';
import { trafficIn } from '../format/traffic.js';
import { Said, useLanguage } from '../i18n/language.js';
import { OutcomeStatus } from '../releases/outcome.js';
import { Icon } from '../ui/icon.js';
import { Ago, useNow } from '../ui/time.js';

/** In a few words: what it is, where it stands, and why. */
export function Summary({ live, release }: { readonly live: Live; readonly release: Release }) {
  const { t, locale } = useLanguage();
  const { seen, wanted } = live.weight;
  return (
    <section className="card summary">
      <dl className="facts">
        {!release.ended && (
          <div>
            <dt>{t.release.weight}</dt>
            {live.traffic?.to === 'match' ? (
              <dd>{trafficIn(live.traffic, t, locale)}</dd>
            ) : (
              <dd className="big number">{percent(wanted, locale)}</dd>
            )}
            {seen && (
              <dd className="muted">
                {t.release.seen} <span className="number">{percent(seen.percent, locale)}</span>
                {seen.requests !== undefined &&
                  ` ${t.release.seenOf(number(seen.requests, locale), duration(seen.windowSeconds, locale))}`}
              </dd>
            )}
          </div>
        )}
        {release.outcome !== undefined && (
          <div>
            <dt>{t.release.outcome}</dt>
            <dd>
              <OutcomeStatus outcome={release.outcome} />
            </dd>
          </div>
        )}
        <div>
          <dt>{t.release.revision}</dt>
          <dd>
            <code>{release.revision ?? '–'}</code>
          </dd>
          <dd className="muted">
            {t.release.triggeredBy(release.triggeredBy)}, <Ago at={release.startedAt} />
            {release.endedAt !== undefined &&
              `, ${t.release.lasted(duration((Date.parse(release.endedAt) - Date.parse(release.startedAt)) / 1000, locale))}`}
          </dd>
        </div>
        <div className="facts-why">
          <dt>{t.release.why}</dt>
          <dd>
            <Said>{live.why ?? release.reason ?? '–'}</Said>
          </dd>
          {live.next && !release.ended && <NextLine next={live.next} />}
        </div>
      </dl>
      {release.problem !== undefined && (
        <div className="notice notice-bad">
          <Icon name="warning" />
          <div>
            <p className="strong">{t.release.problem}</p>
            <p>
              <Said>{release.problem}</Said>
            </p>
          </div>
        </div>
      )}
      {release.unavailable !== undefined && (
        <div className="notice">
          <Icon name="warning" />
          <div>
            <p className="strong">{t.release.unavailable}</p>
            <p>
              <Said>{release.unavailable}</Said>
            </p>
          </div>
        </div>
      )}
    </section>
  );
}

function NextLine({ next }: { readonly next: NonNullable<Live['next']> }) {
  const { t, locale } = useLanguage();
  const now = useNow();
  const left = next.at === undefined ? undefined : (Date.parse(next.at) - now) / 1000;
  return (
    <dd className="muted">
      {t.release.next}: <Said>{next.what}</Said>
      {left !== undefined && left >= 0 && (
        <span className="number">{`, ${t.release.nextIn(duration(Math.ceil(left), locale))}`}</span>
      )}
    </dd>
  );
}
