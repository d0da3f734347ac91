import type { Live, Release } from '../api/types.js';
import { duration } from '../format/times.js';
import { number, percent } from '../format/numbers.js';
import { trafficIn } from '../format/traffic.js';
import { Said, useLanguage } from '../i18n/language.js';
import { outcomeTone } from '../releases/outcome.js';
import { Icon } from '../ui/icon.js';
import { useNow } from '../ui/time.js';
import { Sentence } from './headline.js';

/** In a few words: the status and why; for an ended release, its outcome. */
export function Summary({ live, release }: { readonly live: Live; readonly release: Release }) {
  const { t } = useLanguage();
  const { ended, verdict } = release;
  const why = ended ? (verdict ?? release.reason ?? live.why) : live.why;
  const tone = ended ? outcomeTone(release.outcome) : 'busy';
  return (
    <section className={`card summary summary-${tone}`} aria-label={t.release.why}>
      {why !== undefined && why !== '' && <Sentence>{capitalised(why)}</Sentence>}
      {!ended && <Traffic live={live} />}
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

/** The canary's share of the traffic, targeted and measured, and what comes next. */
function Traffic({ live }: { readonly live: Live }) {
  const { t, locale } = useLanguage();
  const { seen, wanted } = live.weight;
  return (
    <dl className="facts">
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
      {live.next && (
        <div>
          <dt>{t.release.next}</dt>
          <NextLine next={live.next} />
        </div>
      )}
    </dl>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function NextLine({ next }: { readonly next: NonNullable<Live['next']> }) {
  const { t, locale } = useLanguage();
  const now = useNow();
  const left = next.at === undefined ? undefined : (Date.parse(next.at) - now) / 1000;
  return (
    <dd>
      <Said>{next.what}</Said>
      {left !== undefined && left >= 0 && (
        <span className="number">{`, ${t.release.nextIn(duration(Math.ceil(left), locale))}`}</span>
      )}
    </dd>
  );
}
