import { edgesToJudge } from '../../judgement/latency.js';
import type { MetricsProvider } from '../port.js';
import type { CountedSpan } from './increase.js';
import { countDurations, type ReadDurations } from './read.js';
import type { DurationQuery } from './sources.js';

/** Requests of a window by the judged edges. */
export type CountedLatency = Omit<ReadDurations, 'baseline'>;

/** The primary's past that edges are chosen from. */
const PAST_MS = 600_000;

interface LatencyAsked {
  readonly span: CountedSpan;
  /** Edges chosen before, in seconds. */
  readonly edges: readonly number[] | undefined;
  /** The side that the canary is compared with; it takes the primary's place in the result. */
  readonly against: 'primary' | 'baseline';
}

/**
 * The latency of a window's requests. The edges are chosen once, by the primary's requests before the window: a choice
 * by the window's own counts would void the guarantee.
 *
 * @returns undefined where the primary's past isn't long enough yet
 * @throws ProviderError, QueryRefused
 */
export async function latencyWithin(
  server: MetricsProvider,
  query: DurationQuery,
  { span, edges, against }: LatencyAsked,
  signal: AbortSignal,
): Promise<CountedLatency | undefined> {
  const chosen = edges ?? (await chosenBy(server, query, span.from, signal));
  if (chosen.length === 0) return undefined;
  const counted = await countDurations(server, query, { span, chosen }, signal);
  const pick = ({ requests, slower }: ReadDurations['canary']) => ({
    requests,
    slower: chosen.map((edge) => slower[counted.edges.indexOf(edge)] ?? 0),
  });
  return { edges: chosen, canary: pick(counted.canary), primary: pick(counted[against]) };
}

async function chosenBy(server: MetricsProvider, query: DurationQuery, until: number, signal: AbortSignal) {
  const { edges, primary } = await countDurations(
    server,
    query,
    { span: { from: until - PAST_MS, to: until } },
    signal,
  );
  return edgesToJudge(primary).flatMap((index) => edges[index] ?? []);
}
