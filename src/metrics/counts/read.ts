import { ProviderError } from '../errors.js';
import type { MetricsProvider, Series } from '../port.js';
import { increaseOf, type CountedSpan } from './increase.js';
import { asCounters, nativeSelector } from './native.js';
import type { CountQuery, DurationQuery } from './sources.js';

/** Prometheus' own: an older sample is no longer current. */
const LOOK_BACK_MS = 300_000;
/** The assumed duration of scrapes where it is unknown. */
const USUAL_SCRAPE_SECONDS = 5;
/** From the end of a scrape until its samples can be read. */
const MARGIN_MS = 1_000;
const SHORTEST_MS = 1_000;

export interface Arm {
  readonly requests: number;
  readonly bad: number;
}

/** Both versions' counts in a closed time span. */
export interface ReadCounts {
  readonly span: CountedSpan;
  readonly canary: Arm;
  readonly primary: Arm;
  readonly baseline: Arm;
}

/** Counts two versions: a selector of counters for all requests, and one for the bad ones. */
export interface CountPair {
  readonly total: string;
  readonly bad: string;
}

/**
 * The span that can be counted by now: from `from` to the last time for which every scrape has arrived, by the server's
 * clock and its longest scrape.
 *
 * @param from milliseconds since 1970
 * @returns undefined where it is still too short
 * @throws ProviderError where the server wasn't scraping when the span began, or fails; QueryRefused
 */
export async function countableSpan(
  server: MetricsProvider,
  from: number,
  signal: AbortSignal,
): Promise<CountedSpan | undefined> {
  const began = (from / 1000).toFixed(3);
  const query = `(time() - (max(scrape_duration_seconds) or vector(${USUAL_SCRAPE_SECONDS}))) and on() count(up @ ${began})`;
  const end = await server.query(query, signal).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'NoValuesFound') throw error;
    throw new ProviderError(
      `the metrics server has no samples of ${new Date(from).toISOString()}, so nothing can be counted from there`,
    );
  });
  const to = Math.floor(end * 1000) - MARGIN_MS;
  return to - from < SHORTEST_MS ? undefined : { from, to };
}

/** @throws ProviderError, QueryRefused */
export async function countRequests(
  server: MetricsProvider,
  { selector, sideOf, isFailure }: CountQuery,
  span: CountedSpan,
  signal: AbortSignal,
): Promise<Omit<ReadCounts, 'span'>> {
  const none = () => ({ requests: 0, bad: 0 });
  const arms = { canary: none(), primary: none(), baseline: none() };
  for (const series of await samplesOf(server, selector, span, signal)) {
    const side = sideOf(series.labels);
    if (side === undefined) continue;
    const increase = increaseOf(series, span);
    arms[side].requests += increase;
    if (isFailure(series.labels)) arms[side].bad += increase;
  }
  return arms;
}

/** Requests by duration: how many of them took longer than each edge. */
export interface ReadDurations {
  /** In seconds, ascending. */
  readonly edges: readonly number[];
  readonly canary: DurationArm;
  readonly primary: DurationArm;
  readonly baseline: DurationArm;
}

interface DurationArm {
  readonly requests: number;
  readonly slower: readonly number[];
}

/**
 * @param chosen edges in seconds that the result must contain, if they are chosen already
 * @throws ProviderError, QueryRefused
 */
export async function countDurations(
  server: MetricsProvider,
  query: DurationQuery,
  { span, chosen }: { readonly span: CountedSpan; readonly chosen?: readonly number[] | undefined },
  signal: AbortSignal,
): Promise<ReadDurations> {
  const { sideOf, edgeOf } = query;
  const counting = () => new Map<number, number>();
  const within = { canary: counting(), primary: counting(), baseline: counting() };
  const read = (selector: string) => samplesOf(server, selector, span, signal);
  for (const series of await durationSeries(query, chosen, read)) {
    const [side, edge] = [sideOf(series.labels), edgeOf(series.labels)];
    if (side === undefined || edge === undefined) continue;
    within[side].set(edge, (within[side].get(edge) ?? 0) + increaseOf(series, span));
  }
  const all = Object.values(within).flatMap((side) => [...side.keys()]);
  const edges = [...new Set(all)].filter(Number.isFinite);
  edges.sort((a, b) => a - b);
  const arm = (counts: ReadonlyMap<number, number>): DurationArm => {
    const requests = counts.get(Infinity) ?? 0;
    return { requests, slower: edges.map((edge) => Math.max(0, requests - (counts.get(edge) ?? 0))) };
  };
  return { edges, canary: arm(within.canary), primary: arm(within.primary), baseline: arm(within.baseline) };
}

/** The counters of a classic histogram; where there is none, those derived from a native one. */
export async function durationSeries(
  { selector, perSecond }: DurationQuery,
  chosen: readonly number[] | undefined,
  read: (selector: string) => Promise<readonly Series[]>,
): Promise<readonly Series[]> {
  const classic = await read(selector);
  if (classic.length > 0) return classic;
  const native = await read(nativeSelector(selector));
  return asCounters(
    native,
    // An edge that was divided by a thousand must be found again.
    chosen?.map((edge) => (perSecond === 1 ? edge : Number((edge * perSecond).toPrecision(12)))),
  );
}

/** @throws ProviderError, QueryRefused */
export async function countPair(
  server: MetricsProvider,
  { total, bad }: CountPair,
  span: CountedSpan,
  signal: AbortSignal,
): Promise<Arm> {
  const [all, failed] = await Promise.all(
    [total, bad].map(async (selector) =>
      (await samplesOf(server, selector, span, signal)).reduce((sum, series) => sum + increaseOf(series, span), 0),
    ),
  );
  return { requests: all ?? 0, bad: failed ?? 0 };
}

async function samplesOf(
  server: MetricsProvider,
  selector: string,
  { from, to }: CountedSpan,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  if (!server.samples) throw new ProviderError('the metrics server keeps no samples that could be counted');
  return server.samples(selector, { from: from - LOOK_BACK_MS, to }, signal);
}
