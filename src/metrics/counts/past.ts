import type { MetricsProvider, Series } from '../port.js';
import { increaseOf, type CountedSpan } from './increase.js';
import { durationSeries, type Arm, type CountPair } from './read.js';
import type { CountQuery, DurationQuery } from './sources.js';

/**
 * The primary's requests before a canary had any traffic, in windows of one length: the scatter of its failures shows
 * how far they depend on each other.
 */

const WINDOW_MS = 60_000;
/** A few more than the minimum. */
const WINDOWS = 32;

/** @throws ProviderError, QueryRefused */
export async function pastRequests(
  server: MetricsProvider,
  { selector, sideOf, isFailure }: CountQuery,
  until: number,
  signal: AbortSignal,
): Promise<readonly Arm[]> {
  const series = (await pastSamples(server, selector, until, signal)).filter((one) => sideOf(one.labels) === 'primary');
  return windowsBefore(until).map((span) => ({
    requests: grown(series, span),
    bad: grown(
      series.filter(({ labels }) => isFailure(labels)),
      span,
    ),
  }));
}

/** @throws ProviderError, QueryRefused */
export async function pastPair(
  server: MetricsProvider,
  { total, bad }: CountPair,
  until: number,
  signal: AbortSignal,
): Promise<readonly Arm[]> {
  const [all, failed] = await Promise.all([total, bad].map((one) => pastSamples(server, one, until, signal)));
  return windowsBefore(until).map((span) => ({ requests: grown(all ?? [], span), bad: grown(failed ?? [], span) }));
}

/**
 * @param edges in seconds
 * @returns the windows of each edge, where slower requests are bad
 * @throws ProviderError, QueryRefused
 */
export async function pastDurations(
  server: MetricsProvider,
  query: DurationQuery,
  { edges, until }: { readonly edges: readonly number[]; readonly until: number },
  signal: AbortSignal,
): Promise<readonly (readonly Arm[])[]> {
  const { sideOf, edgeOf } = query;
  const found = await durationSeries(query, edges, (selector) => pastSamples(server, selector, until, signal));
  const series = found.filter(({ labels }) => sideOf(labels) === 'primary');
  const upTo = (edge: number) => series.filter(({ labels }) => edgeOf(labels) === edge);
  const all = upTo(Infinity);
  return edges.map((edge) => {
    const quick = upTo(edge);
    return windowsBefore(until).map((span) => {
      const requests = grown(all, span);
      return { requests, bad: Math.max(0, requests - grown(quick, span)) };
    });
  });
}

function windowsBefore(until: number): readonly CountedSpan[] {
  return Array.from({ length: WINDOWS }, (_, i) => {
    const from = until - (WINDOWS - i) * WINDOW_MS;
    return { from, to: from + WINDOW_MS };
  });
}

async function pastSamples(server: MetricsProvider, selector: string, until: number, signal: AbortSignal) {
  return (await server.samples?.(selector, { from: until - WINDOWS * WINDOW_MS, to: until }, signal)) ?? [];
}

/** A counter's first sample is the sum of its whole life, which belongs to no window. */
function grown(series: readonly Series[], { from, to }: CountedSpan): number {
  return series.reduce((sum, one) => {
    const first = one.samples[0]?.at ?? to;
    return first >= to ? sum : sum + increaseOf(one, { from: Math.max(from, first), to });
  }, 0);
}
