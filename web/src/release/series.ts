import { wordsOf } from '../../../src/domain/orders/catalogue.js';
import type { Line } from '../api/types.js';
import { entriesOf } from './record.js';
import { windowsOf, type Verdict } from './windows.js';

/** A point in time: seconds since 1970, and a value, or none. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

export interface MetricSeries {
  readonly metric: string;
  readonly points: readonly (Point & { readonly verdict: Verdict })[];
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** All that is drawn of a release, on one axis of time. */
export interface Drawn {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The weight holds from its point to the next one. */
  readonly weight: readonly Point[];
  readonly seen: readonly Point[];
  readonly metrics: readonly MetricSeries[];
  /** What people have ordered, in words. */
  readonly marks: readonly Mark[];
}

/** A moment on the axis of time. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

interface Span {
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
}

/** @param now milliseconds since 1970: the end of what is drawn of a release that is under way */
export function drawnOf(record: readonly Line[], { startedAt, endedAt }: Span, now: number): Drawn {
  const from = seconds(startedAt);
  const to = Math.max(
    from + 1,
    endedAt === undefined ? now / 1000 : seconds(endedAt),
    ...record.map(({ at }) => seconds(at)),
  );
  const set = entriesOf(record, 'weight').map(({ at, canary }) => ({ at: seconds(at), value: canary }));
  const last = set.at(-1)?.value ?? 0;
  return {
    from,
    to,
    weight: [{ at: from, value: 0 }, ...set, { at: to, value: last }],
    seen: seenIn(record),
    metrics: metricsOf(record),
    marks: marksIn(record),
  };
}

/** The share of the requests that the canary really got, as each check has seen it. */
function seenIn(record: readonly Line[]): readonly Point[] {
  return entriesOf(record, 'analysis').flatMap(({ at, seen }) =>
    seen === undefined || 'unknown' in seen ? [] : [{ at: seconds(at), value: seen.percent }],
  );
}

function marksIn(record: readonly Line[]): readonly Mark[] {
  return entriesOf(record, 'order').flatMap(({ at, order, by, refused }) =>
    refused === undefined ? [{ at: seconds(at), text: `${wordsOf(order)} (${by})` }] : [],
  );
}

function metricsOf(record: readonly Line[]): readonly MetricSeries[] {
  const byName = new Map<string, { points: (Point & { verdict: Verdict })[]; min?: number; max?: number }>();
  for (const { at, judged } of windowsOf(record)) {
    for (const { kind, name, value, verdict, min, max } of judged) {
      if (kind !== 'metric') continue;
      const series = byName.get(name) ?? { points: [] };
      if (value !== undefined) series.points.push({ at: seconds(at), value, verdict });
      // As it stands now: a threshold may have been changed on the way.
      byName.set(name, { ...series, ...(min !== undefined && { min }), ...(max !== undefined && { max }) });
    }
  }
  return [...byName].map(([metric, { points, min, max }]) => ({ metric, points, min, max }));
}

function seconds(at: string): number {
  return Date.parse(at) / 1000;
}
