import type { Release } from '../api/types.js';
import { duration } from '../format/times.js';
import { measured, percent } from '../format/numbers.js';
import type { Texts } from '../i18n/en.js';
import { entriesOf } from '../release/record.js';
import { drawnOf, type MetricSeries } from '../release/series.js';
import { windowsOf } from '../release/windows.js';
import { outcomeName } from './outcome-name.js';

/** One line of a comparison. */
export interface Compared {
  readonly what: string;
  readonly a: string;
  readonly b: string;
  readonly differs: boolean;
}

/** `measured` values are never exactly equal: they are shown, and differences aren't marked. */
type Fact = readonly [what: string, value: string, kind?: 'measured'];

/** Two attempts, fact by fact; metrics of only one of them are listed, too. */
export function compared(a: Release, b: Release, t: Texts, locale: string): readonly Compared[] {
  const [left, right] = [factsOf(a, t, locale), factsOf(b, t, locale)];
  const names = [...new Set([...left, ...right].map(([what]) => what))];
  return names.map((what) => {
    const [one, other] = [valueIn(left, what), valueIn(right, what)];
    const isMeasured = [...left, ...right].some(([name, , kind]) => name === what && kind === 'measured');
    return { what, a: one, b: other, differs: one !== other && !isMeasured };
  });
}

function valueIn(facts: readonly Fact[], what: string): string {
  return facts.find(([name]) => name === what)?.[1] ?? '–';
}

function factsOf(release: Release, t: Texts, locale: string): readonly Fact[] {
  const { record, startedAt, endedAt, ended, outcome, revision, triggeredBy } = release;
  const windows = windowsOf(record);
  const seconds = endedAt === undefined ? undefined : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  const highest = Math.max(0, ...entriesOf(record, 'weight').map(({ canary }) => canary));
  return [
    [t.compare.outcome, ended ? outcomeName(outcome, t) : t.releases.open],
    [t.compare.by, triggeredBy],
    [t.compare.revision, revision ?? '–'],
    [t.compare.lasted, seconds === undefined ? '–' : duration(seconds, locale), 'measured'],
    [t.compare.highest, percent(highest, locale)],
    [t.compare.checks, String(windows.length), 'measured'],
    [t.compare.failedChecks, String(windows.filter(({ verdict }) => verdict === 'failed').length)],
    ...drawnOf(record, release, 0).metrics.flatMap((series) => metricFacts(series, t, locale)),
  ];
}

function metricFacts(series: MetricSeries, t: Texts, locale: string): readonly Fact[] {
  const { metric, points } = series;
  const last = points.at(-1)?.value;
  const worst = worstOf(series);
  return [
    [t.compare.worst(metric), worst === undefined ? '–' : measured(metric, worst, locale), 'measured'],
    [t.compare.last(metric), last === undefined ? '–' : measured(metric, last, locale), 'measured'],
  ];
}

/** The lowest where there is a lower bound, else the highest. */
function worstOf({ points, min }: MetricSeries): number | undefined {
  if (points.length === 0) return undefined;
  const values = points.map(({ value }) => value);
  return min === undefined ? Math.max(...values) : Math.min(...values);
}
