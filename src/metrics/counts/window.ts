import type { JudgedMean, JudgementSettings } from '../../crds/judgement.js';
import { ERRORS, LATENCY } from '../../crds/judgement.js';
import type { MetricsContext, MetricsSources } from '../context.js';
import { QueryRefused } from '../errors.js';
import { renderQuery } from '../model.js';
import { observerOf } from '../observers.js';
import { dispersionOf } from '../../judgement/dispersion.js';
import { TransientError } from '../../errors.js';
import type { MetricsProvider } from '../port.js';
import { metricsServerOf } from '../providers.js';
import type { CountedSpan } from './increase.js';
import { latencyWithin, type CountedLatency } from './latency.js';
import { pastDurations, pastPair, pastRequests } from './past.js';
import { countableSpan, countPair, countRequests, type Arm, type CountPair, type ReadCounts } from './read.js';
import { canCountRequests, requestCounts, type CountQuery, type DurationQuery } from './sources.js';

/** Both versions' counts in one closed window, by metric. */
export interface CountedWindow {
  readonly span: CountedSpan;
  /** Requests by side; the primary's are all that aren't the canary's, including those of its baseline. */
  readonly requests: { readonly canary: number; readonly primary: number; readonly baseline?: number };
  /** A baseline, where there is one, takes the primary's place here. */
  readonly counts: Readonly<Record<string, { readonly canary: Arm; readonly primary: Arm }>>;
  /** Present where latency is judged, and the primary's past has led to edges. */
  readonly latency?: CountedLatency;
  /** φ by metric, where it was to be measured and the primary's past suffices. */
  readonly dispersions?: Readonly<Record<string, number>>;
}

type Counting = Pick<JudgementSettings, 'counts' | 'latency' | 'means' | 'measured' | 'baseline'>;
type Pods = Pick<MetricsSources, 'canaryAddresses' | 'baselineAddresses' | 'secret'>;

/** Why a Canary can't be judged by counts, in words; undefined where it can. */
export function uncountable({ metricsProvider }: Pick<MetricsContext, 'metricsProvider'>): string | undefined {
  if (canCountRequests(observerOf(metricsProvider))) return undefined;
  return `the metrics of ${metricsProvider} don't distinguish requests to the canary from those to the primary`;
}

interface WindowAsked {
  /** Milliseconds since 1970. */
  readonly from: number;
  /** The edges at which latency is judged already, in seconds. */
  readonly edges?: readonly number[] | undefined;
  /**
   * When the canary got its first traffic, milliseconds since 1970; passed with the first window, so that the primary's
   * past is measured.
   */
  readonly trafficSince?: number | undefined;
}

/**
 * Reads the window that begins at `from` and ends where every scrape has arrived.
 *
 * @returns undefined where it is still too short
 * @throws Halted, ProviderError, QueryRefused
 */
export async function readWindow(
  context: MetricsContext,
  sources: Pods,
  settings: Counting,
  { from, edges, trafficSince }: WindowAsked,
  signal: AbortSignal,
): Promise<CountedWindow | undefined> {
  const counter = await counterOf(context, sources, settings);
  const span = await countableSpan(counter.server, from, signal);
  if (!span) return undefined;
  const counted = await countAll(counter, span, edges, signal);
  const dispersions = await dispersionsBefore(counter, { edges: counted.latency?.edges, until: trafficSince }, signal);
  const { arms, latency: slow } = counted;
  const others = arms.primary.requests + arms.baseline.requests;
  return {
    span,
    requests: {
      canary: arms.canary.requests,
      primary: others,
      ...(settings.baseline ? { baseline: arms.baseline.requests } : {}),
    },
    counts: counted.counts,
    ...(slow ? { latency: slow } : {}),
    ...(dispersions ? { dispersions } : {}),
  };
}

/** Counts the requests of a Canary. */
export interface Counter {
  readonly server: MetricsProvider;
  readonly query: CountQuery & { readonly durations: DurationQuery };
  readonly settings: Counting;
  readonly rendered: (pair: CountPair) => CountPair;
}

/** @throws Halted, ProviderError, QueryRefused */
export async function counterOf(context: MetricsContext, sources: Pods, settings: Counting): Promise<Counter> {
  const server = await metricsServerOf(context, sources, 'analysis');
  const model = { ...context.names, interval: '', variables: {} };
  const query = await requestCounts(observerOf(context.metricsProvider), model, {
    canary: () => sources.canaryAddresses(),
    baseline: settings.baseline && (async () => (await sources.baselineAddresses?.()) ?? []),
  });
  if (!query) throw new QueryRefused(uncountable(context) ?? 'requests can’t be counted');
  const rendered = ({ total, bad }: CountPair): CountPair => ({
    total: renderQuery(total, model),
    bad: renderQuery(bad, model),
  });
  return { server, query, settings, rendered };
}

/** All metrics of a span. @throws ProviderError, QueryRefused */
export async function countAll(
  { server, query, settings, rendered }: Counter,
  span: CountedSpan,
  edges: readonly number[] | undefined,
  signal: AbortSignal,
): Promise<Pick<CountedWindow, 'counts' | 'latency'> & { readonly arms: Omit<ReadCounts, 'span'> }> {
  const { counts, latency, means } = settings;
  const against = settings.baseline ? 'baseline' : 'primary';
  const [arms, slow, ...others] = await Promise.all([
    countRequests(server, query, span, signal),
    latency ? latencyWithin(server, query.durations, { span, edges, against }, signal) : undefined,
    ...counts.map(async ({ canary, primary, baseline }) => ({
      canary: await countPair(server, rendered(canary), span, signal),
      primary: await countPair(server, rendered((settings.baseline && baseline) || primary), span, signal),
    })),
    ...means.map(async (mean) => {
      const arm = async ({ sum, count }: JudgedMean['canary']) =>
        partsOf(await countPair(server, rendered({ total: count, bad: sum }), span, signal), mean);
      const { canary, primary, baseline } = mean;
      return { canary: await arm(canary), primary: await arm((settings.baseline && baseline) || primary) };
    }),
  ]);
  const names = [...counts, ...means].map(({ name }) => name);
  const named = others.map((pair, i) => [names[i] ?? '', pair] as const);
  return {
    arms,
    counts: { [ERRORS]: { canary: arms.canary, primary: arms[against] }, ...Object.fromEntries(named) },
    ...(slow ? { latency: slow } : {}),
  };
}

interface PastAsked {
  /** The edges at which latency is judged, in seconds; none where it isn't judged. */
  readonly edges: readonly number[] | undefined;
  /** When the past ends; undefined where nothing is to be measured. */
  readonly until: number | undefined;
}

/** @returns φ of each metric with a sufficient past; undefined where nothing is to be measured */
export async function dispersionsBefore(
  { server, query, settings: { counts, means, measured }, rendered }: Counter,
  { edges = [], until }: PastAsked,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>> | undefined> {
  if (until === undefined) return undefined;
  const pair = (asked: CountPair) => pastPair(server, rendered(asked), until, signal);
  const pasts: readonly (readonly [string, () => Promise<readonly (readonly Arm[])[]>])[] = [
    [ERRORS, async () => [await pastRequests(server, query, until, signal)]],
    [LATENCY, () => pastDurations(server, query.durations, { edges, until }, signal)],
    ...counts.map(({ name, primary }) => [name, async () => [await pair(primary)]] as const),
    ...means.map((mean) => {
      const { sum, count } = mean.primary;
      const inParts = ({ requests, bad }: Arm) => ({ requests, bad: bad / mean.atMost });
      return [mean.name, async () => [(await pair({ total: count, bad: sum })).map(inParts)]] as const;
    }),
  ];
  const found = await Promise.all(
    pasts.map(async ([name, read]) => {
      const known = measured.includes(name)
        ? (await read().catch(tooMuch)).flatMap((one) => dispersionOf(one) ?? [])
        : [];
      // Of several edges the one at which they scatter most.
      return known.length === 0 ? [] : [[name, Math.max(...known)] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** A past that is too large to be read counts as unknown; a server that is down is asked again. */
function tooMuch(error: unknown): readonly (readonly Arm[])[] {
  if (error instanceof TransientError || !(error instanceof QueryRefused)) throw error;
  return [];
}

/** @throws QueryRefused where the values are larger than declared, which voids the guarantee */
function partsOf({ requests, bad: sum }: Arm, { name, atMost }: JudgedMean): Arm {
  const bad = sum / atMost;
  if (bad <= requests) return { requests, bad };
  const mean = requests === 0 ? `a sum of ${sum} of no values` : `a mean of ${Number((sum / requests).toPrecision(3))}`;
  throw new QueryRefused(`${name}: the window has ${mean}, above atMost: ${atMost}`);
}
