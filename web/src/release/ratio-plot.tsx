import { number } from '../format/numbers.js';
import { useLanguage } from '../i18n/language.js';
import { Plot, type PanelProps } from './plot.js';
import type { RatioSeries } from './series.js';

/** Ratios beyond an eighth and eight times are drawn at the edge: 2 to the power of this. */
const WIDEST = 3;

/** How the canary compares with the primary over time, with the confidence interval of the ratio. */
export function RatioPlot({ series, span, labelled, marks, held, zoom }: PanelProps<RatioSeries>) {
  const { t, locale } = useLanguage();
  const { metric, points } = series;
  const times = (exponent: number): string => `${number(2 ** exponent, locale)}×`;
  const last = points.at(-1);
  return (
    <figure className="plot-figure">
      <figcaption>
        <span>
          <span lang="en">{metric}</span>: {t.chart.ratio}
        </span>
        <span className="key key-band">{t.chart.interval}</span>
        {last?.ratio !== undefined && <span className="key-last">{number(last.ratio, locale)}×</span>}
      </figcaption>
      <Plot
        times={points.map(({ at }) => at)}
        span={span}
        drawings={[
          { label: t.chart.ratio, values: points.map(({ ratio }) => exponentOf(ratio)), colour: 'metric' },
          {
            label: 'upper',
            values: points.map(({ upper }) => exponentOf(upper) ?? WIDEST),
            colour: 'metric',
            edge: 'upper',
          },
          { label: 'lower', values: points.map(({ lower }) => exponentOf(lower)), colour: 'metric', edge: 'lower' },
        ]}
        limits={[0]}
        neutral
        marks={marks}
        held={held}
        zoom={zoom}
        least={[-1, 1]}
        format={(exponent) => (Number.isInteger(exponent) ? times(exponent) : '')}
        locale={locale}
        height={labelled ? 138 : 110}
        labelled={labelled}
      />
    </figure>
  );
}

/** On a logarithmic scale, where half as often is as far from "equal" as twice as often. */
function exponentOf(ratio: number | undefined): number | null {
  if (ratio === undefined) return null;
  return Math.min(Math.max(Math.log2(Math.max(ratio, 0)), -WIDEST), WIDEST);
}
