import { wordsOf } from '../../../src/domain/orders/catalogue.js';
import type { Line } from '../api/types.js';
import { ratioAt, type RatioAt } from './evidence.js';
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
  /** What the judgement says of both versions, where it is on. */
  readonly ratios: readonly RatioSeries[];
  /** When it waited for people. */
  readonly held: readonly Held[];
  /** What people have ordered, in words. */
  readonly marks: readonly Mark[];
}

/** The canary's rate of bad requests as a multiple of the primary's, with the confidence interval. */
export interface RatioSeries {
  readonly metric: string;
  readonly points: readonly (RatioAt & { readonly at: number })[];
}

/** A time in which nothing moved: the release was paused, or waited for an approval. */
export interface Held {
  readonly from: number;
  readonly to: number;
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

/** @param now milliseconds since 1970: the end of the chart of a release under way */
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
    ratios: ratiosOf(record),
    held: heldIn(record, to),
    marks: marksIn(record),
  };
}

/** The canary's real share of the requests, as measured by each check. */
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
      // The present threshold: it may have changed meanwhile.
      byName.set(name, { ...series, ...(min !== undefined && { min }), ...(max !== undefined && { max }) });
    }
  }
  return [...byName].map(([metric, { points, min, max }]) => ({ metric, points, min, max }));
}

function seconds(at: string): number {
  return Date.parse(at) / 1000;
}

/** Latency by its edges has no interval. */
function ratiosOf(record: readonly Line[]): readonly RatioSeries[] {
  const looks = entriesOf(record, 'analysis').flatMap(({ at, judged }) =>
    (judged?.metrics ?? []).flatMap((one) =>
      one.edge === undefined ? [{ metric: one.metric, point: { at: seconds(at), ...ratioAt(one) } }] : [],
    ),
  );
  const names = [...new Set(looks.map(({ metric }) => metric))];
  return names.map((name) => ({
    metric: name,
    points: looks.flatMap(({ metric, point }) => (metric === name ? [point] : [])),
  }));
}

/** Texts of events while the release waits for people. */
const WAITS = /waiting for (?!evidence)/;
/** Texts of events during that: one of several approvals is there. */
const STAYS = /^Approved |waiting for (?!evidence)/;

/** From a pause to the order that ends it; from the first report of a missing approval to the next event. */
function heldIn(record: readonly Line[], to: number): readonly Held[] {
  const held: Held[] = [];
  let since: { readonly at: number; readonly by: 'pause' | 'gate' } | undefined;
  for (const line of record) {
    const at = seconds(line.at);
    const starts = startsWaiting(line);
    if (since !== undefined && endsWaiting(line, since.by)) {
      held.push({ from: since.at, to: at });
      since = undefined;
    }
    since ??= starts && { at, by: starts };
  }
  return since === undefined ? held : [...held, { from: since.at, to }];
}

function startsWaiting(line: Line): 'pause' | 'gate' | undefined {
  if (line.what === 'order') return line.order === 'pause' && line.refused === undefined ? 'pause' : undefined;
  if (line.what === 'phase') return line.phase.startsWith('Waiting') ? 'gate' : undefined;
  return line.what === 'event' && WAITS.test(line.message) ? 'gate' : undefined;
}

function endsWaiting(line: Line, by: 'pause' | 'gate'): boolean {
  if (line.what === 'order') return line.refused === undefined && line.order !== 'pause' && line.order !== 'approve';
  if (line.what === 'phase') return !line.phase.startsWith('Waiting');
  if (by === 'pause') return false;
  return line.what === 'weight' || (line.what === 'event' && line.type === 'Normal' && !STAYS.test(line.message));
}
