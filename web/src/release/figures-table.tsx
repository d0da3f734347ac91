import { measured, percent } from '../format/numbers.js';
import { useLanguage } from '../i18n/language.js';
import { Clock } from '../ui/time.js';
import type { Drawn } from './series.js';

/** The chart's figures, for users who can't see it. */
export function FiguresTable({ drawn }: { readonly drawn: Drawn }) {
  const { t, locale } = useLanguage();
  const rows = [
    ...drawn.weight.map(({ at, value }) => ({
      at,
      what: `${t.chart.weight}, ${t.chart.wanted}`,
      value: percent(value, locale),
    })),
    ...drawn.seen.map(({ at, value }) => ({
      at,
      what: `${t.chart.weight}, ${t.chart.seen}`,
      value: percent(value, locale),
    })),
    ...drawn.metrics.flatMap(({ metric, points }) =>
      points.map(({ at, value, verdict }) => ({
        at,
        what: metric,
        value: `${measured(metric, value, locale)} (${t.windows[verdict]})`,
      })),
    ),
  ].sort((a, b) => a.at - b.at);
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t.chart.title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.chart.time}</th>
            <th scope="col">{t.windows.metric}</th>
            <th scope="col" className="number">
              {t.windows.value}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, what, value }, index) => (
            <tr key={index}>
              <td>
                <Clock at={new Date(at * 1000).toISOString()} />
              </td>
              <td>{what}</td>
              <td className="number">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
