import { useState } from 'react';
import { measured, percent, range } from '../format/numbers.js';
import { useLanguage } from '../i18n/language.js';
import { Plot, type PanelProps } from './plot.js';
import { FiguresTable } from './figures-table.js';
import { RatioPlot } from './ratio-plot.js';
import type { Drawn, MetricSeries } from './series.js';

interface Props {
  readonly drawn: Drawn;
  readonly id?: string;
  /** The release's name, where there are several. */
  readonly of?: string;
}

/** Weight and metrics over time, one under the other on the same axis. */
export function Chart({ drawn, id = 'chart', of }: Props) {
  const { t, locale } = useLanguage();
  const metrics = drawn.metrics.filter(({ points }) => points.length > 0);
  const [zoomed, zoom] = useState<readonly [number, number]>();
  const whole = [drawn.from, drawn.to] as const;
  const span = zoomed ?? whole;
  const { held, ratios } = drawn;
  const marks = drawn.marks.map(({ at }) => at);
  const last = drawn.weight.at(-1);
  const times = [...new Set([...drawn.weight, ...drawn.seen].map(({ at }) => at))].sort((a, b) => a - b);
  const wanted = times.map((at) => drawn.weight.findLast((point) => point.at <= at)?.value ?? null);
  const seen = times.map((at) => drawn.seen.find((point) => point.at === at)?.value ?? null);
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{of === undefined ? t.chart.title : `${of} · ${t.chart.title}`}</h2>
        {zoomed && (
          <button type="button" className="button-small" onClick={() => zoom(undefined)}>
            {t.chart.whole}
          </button>
        )}
      </div>
      <p className="visually-hidden">{t.chart.description}</p>
      <figure className="plot-figure">
        <figcaption>
          {t.chart.weight}
          <span className="key key-canary">{t.chart.wanted}</span>
          {drawn.seen.length > 0 && <span className="key key-seen">{t.chart.seen}</span>}
          {marks.length > 0 && (
            <span className="key key-mark" title={drawn.marks.map(({ text }) => text).join(', ')}>
              {t.chart.orders}
            </span>
          )}
          {held.length > 0 && <span className="key key-held">{t.chart.held}</span>}
          {last && <span className="key-last">{percent(last.value, locale)}</span>}
        </figcaption>
        <Plot
          times={times}
          span={span}
          drawings={[
            { label: t.chart.wanted, values: wanted, colour: 'canary', stepped: true },
            ...(drawn.seen.length > 0
              ? [{ label: t.chart.seen, values: seen, colour: 'seen' as const, pointsOnly: true }]
              : []),
          ]}
          limits={[]}
          marks={marks}
          held={held}
          zoom={zoom}
          least={[0, 60]}
          format={(value) => percent(value, locale)}
          locale={locale}
          height={150}
          labelled={metrics.length + ratios.length === 0}
        />
      </figure>
      {metrics.map((series, index) => (
        <MetricPlot
          key={series.metric}
          {...{ series, span, marks, held, zoom }}
          labelled={index === metrics.length + ratios.length - 1}
        />
      ))}
      {ratios.map((series, index) => (
        <RatioPlot
          key={`ratio ${series.metric}`}
          {...{ series, span, marks, held, zoom }}
          labelled={index === ratios.length - 1}
        />
      ))}
      <details>
        <summary>{t.chart.asTable}</summary>
        <FiguresTable drawn={drawn} />
      </details>
    </section>
  );
}

function MetricPlot({ series, span, labelled, marks, held, zoom }: PanelProps<MetricSeries>) {
  const { t, locale } = useLanguage();
  const { metric, points, min, max } = series;
  const last = points.at(-1);
  const limits = [...(min === undefined ? [] : [min]), ...(max === undefined ? [] : [max])];
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return (
    <figure className="plot-figure">
      <figcaption>
        <span lang="en">{metric}</span>
        {limits.length > 0 && (
          <span className="key key-limit">
            {t.chart.limit} {range(metric, bounds, locale)}
          </span>
        )}
        {last && <span className="key-last">{measured(metric, last.value, locale)}</span>}
      </figcaption>
      <Plot
        times={points.map(({ at }) => at)}
        span={span}
        drawings={[
          {
            label: metric,
            values: points.map(({ value }) => value),
            colour: 'metric',
            failed: points.map(({ verdict }) => verdict === 'failed'),
          },
        ]}
        limits={limits}
        marks={marks}
        held={held}
        zoom={zoom}
        least={leastOf(series)}
        format={(value) => measured(metric, value, locale)}
        locale={locale}
        height={labelled ? 138 : 110}
        labelled={labelled}
      />
    </figure>
  );
}

/** From zero where there is only an upper bound; else a little around the bounds. */
function leastOf({ min, max, points }: MetricSeries): readonly [number, number] {
  if (min === undefined) return [0, max ?? points[0]?.value ?? 1];
  if (max !== undefined) return [min, max];
  const highest = Math.max(min, ...points.map(({ value }) => value));
  return [min - Math.max(1, Math.abs(highest - min)), highest];
}
