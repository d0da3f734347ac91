import { Fragment } from 'react';
import type { Line } from '../api/types.js';
import { number, percent } from '../format/numbers.js';
import type { Texts } from '../i18n/en.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Status, type Tone } from '../ui/status.js';
import { evidenceAfter, evidenceOf, heightOf, type Evidence, type MetricEvidence, type RatioAt } from './evidence.js';

const TONES: Readonly<Record<Evidence['verdict'], Tone>> = { FAIL: 'bad', PASS: 'good', WAIT: 'calm' };

/** What requests to both versions say, metric by metric; nothing where the release has no judgement. */
export function EvidenceCard({ record }: { readonly record: readonly Line[] }) {
  const { t } = useLanguage();
  const evidence = evidenceOf(record);
  return evidence === undefined ? null : <Card id="evidence-title" evidence={evidence} words={t.evidence} />;
}

/** The same since the promotion, against the version before it; nothing where the promoted version isn't watched. */
export function WatchCard({ record }: { readonly record: readonly Line[] }) {
  const { t } = useLanguage();
  const evidence = evidenceAfter(record);
  return evidence === undefined ? null : (
    <Card id="watch-title" evidence={evidence} words={{ ...t.evidence, ...t.evidence.watch }} isAfter />
  );
}

interface CardProps {
  readonly id: string;
  readonly evidence: Evidence;
  readonly words: Pick<
    Texts['evidence'],
    'title' | 'caption' | 'verdicts' | 'ratio' | 'requests' | 'towardsRollback' | 'note'
  >;
  /** Nothing has to be proven any more. */
  readonly isAfter?: true;
}

function Card({ id, evidence, words, isAfter }: CardProps) {
  const { t } = useLanguage();
  const { verdict, windows, says, trouble, passedOver, metrics } = evidence;
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{words.title}</h2>
        <Status tone={trouble === undefined ? TONES[verdict] : 'warn'}>
          {trouble === undefined ? words.verdicts[verdict] : t.evidence.notCounted}
        </Status>
      </div>
      <p>
        <Said>{trouble ?? says}</Said> <span className="muted">{t.evidence.after(windows)}</span>
      </p>
      <div className="table-scroll" tabIndex={0} role="group" aria-labelledby={id}>
        <table>
          <caption className="visually-hidden">{words.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{t.evidence.metric}</th>
              <th scope="col">{words.ratio}</th>
              <th scope="col" className="number only-wide">
                {words.requests}
              </th>
              <th scope="col">{words.towardsRollback}</th>
              {!isAfter && <th scope="col">{t.evidence.towardsProof}</th>}
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <MetricRow key={metric.metric} metric={metric} isAfter={isAfter} />
            ))}
          </tbody>
        </table>
      </div>
      {passedOver.map(({ why, count }) => (
        <p key={why} className="muted">
          {t.evidence.passedOver(count)} <Said>{why}</Said>
        </p>
      ))}
      <p className="muted">{words.note}</p>
    </section>
  );
}

function MetricRow({ metric, isAfter }: { readonly metric: MetricEvidence; readonly isAfter: true | undefined }) {
  const { t, locale } = useLanguage();
  const { edge, mean, requests, towardsRollback, towardsProof, course } = metric;
  const slower =
    edge === undefined ? '' : ` > ${edge < 1 ? `${number(1000 * edge, locale)} ms` : `${number(edge, locale)} s`}`;
  return (
    <tr>
      <th scope="row">
        {metric.metric}
        {slower}
      </th>
      <td>
        <span className="number">{ratioText(metric, t.evidence.between, locale)}</span>
        {mean && !isAfter && (
          <div className="muted">{t.evidence.means(number(mean.canary, locale), number(mean.primary, locale))}</div>
        )}
        {edge === undefined && <Band course={course} />}
      </td>
      <td className="number only-wide">{number(Math.round(requests), locale)}</td>
      <td>
        <Filled
          part={towardsRollback}
          of="bad"
          label={`${metric.metric}: ${isAfter ? t.evidence.watch.towardsRollback : t.evidence.towardsRollback}`}
        />
      </td>
      {!isAfter && (
        <td>
          <Filled part={towardsProof} of="good" label={`${metric.metric}: ${t.evidence.towardsProof}`} />
        </td>
      )}
    </tr>
  );
}

type Between = (lower: string, upper: string | undefined) => string;

/** `1.8× (1.2 to 2.9)`; without an interval where there is none. */
function ratioText({ ratio, lower, upper, edge }: MetricEvidence, between: Between, locale: string): string {
  if (ratio === undefined && (lower === 0 || edge !== undefined)) return '–';
  const times = ratio === undefined ? '' : `${number(ratio, locale)}× `;
  if (edge !== undefined) return times.trim();
  return `${times}(${between(number(lower, locale), upper === undefined ? undefined : number(upper, locale))})`;
}

function Filled({ part, of, label }: { readonly part: number; readonly of: 'bad' | 'good'; readonly label: string }) {
  const { locale } = useLanguage();
  const text = percent(100 * part, locale);
  return (
    <Fragment>
      <progress className={`evidence-${of}`} max={1} value={part} aria-label={label} />{' '}
      <span className="number">{text}</span>
    </Fragment>
  );
}

const [WIDTH, HEIGHT] = [160, 32];

/**
 * How the interval has narrowed, window by window, around the line of "as the primary". Decorative: the row says the
 * rest.
 */
function Band({ course }: { readonly course: readonly RatioAt[] }) {
  if (course.length < 2) return null;
  const x = (index: number) => (WIDTH * index) / (course.length - 1);
  const y = (ratio: number | undefined) => HEIGHT * (1 - heightOf(ratio));
  const edge = (of: (at: RatioAt) => number | undefined) => course.map((at, i) => `${x(i)},${y(of(at))}`);
  const band = [...edge(({ upper }) => upper), ...edge(({ lower }) => lower).reverse()].join(' ');
  const line = course.flatMap(({ ratio }, i) => (ratio === undefined ? [] : [`${x(i)},${y(ratio)}`])).join(' ');
  return (
    <svg className="evidence-band" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <polygon points={band} />
      <line x1={0} x2={WIDTH} y1={y(1)} y2={y(1)} />
      <polyline points={line} />
    </svg>
  );
}
