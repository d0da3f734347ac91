import type { JudgedMean, JudgementSettings } from '../../crds/judgement.js';
import { ERRORS } from '../../crds/judgement.js';
import type { MetricsContext, MetricsSources } from '../context.js';
import { QueryRefused } from '../errors.js';
import { renderQuery } from '../model.js';
import { observerOf } from '../observers.js';
import { metricsServerOf } from '../providers.js';
import type { CountedSpan } from './increase.js';
import { latencyWithin, type CountedLatency } from './latency.js';
import { countableSpan, countPair, countRequests, type Arm, type CountPair } from './read.js';
import { canCountRequests, requestCounts } from './sources.js';

/** What both versions got in one closed window, by metric. */
export interface CountedWindow {
  readonly span: CountedSpan;
  readonly requests: { readonly canary: number; readonly primary: number };
  readonly counts: Readonly<Record<string, { readonly canary: Arm; readonly primary: Arm }>>;
  /** Where latency is judged, and the primary has shown by which edges it can be. */
  readonly latency?: CountedLatency;
}

/** Why a Canary can't be judged by counts at all, in words; undefined where it can. */
export function uncountable({ metricsProvider }: Pick<MetricsContext, 'metricsProvider'>): string | undefined {
  if (canCountRequests(observerOf(metricsProvider))) return undefined;
  return `the metrics of ${metricsProvider} don't tell requests to the canary from those to the primary`;
}

/**
 * Reads the window that begins at `from` and ends where every scrape is in.
 *
 * @param from milliseconds since 1970
 * @param edges by which latency is judged already, in seconds
 * @returns undefined where it is too short yet
 * @throws Halted, ProviderError, QueryRefused
 */
export async function readWindow(
  context: MetricsContext,
  sources: Pick<MetricsSources, 'canaryAddresses' | 'secret'>,
  { counts, latency, means }: Pick<JudgementSettings, 'counts' | 'latency' | 'means'>,
  { from, edges }: { readonly from: number; readonly edges?: readonly number[] | undefined },
  signal: AbortSignal,
): Promise<CountedWindow | undefined> {
  const server = await metricsServerOf(context, sources, 'analysis');
  const model = { ...context.names, interval: '', variables: {} };
  const query = await requestCounts(observerOf(context.metricsProvider), model, () => sources.canaryAddresses());
  if (!query) throw new QueryRefused(uncountable(context) ?? 'requests can’t be counted');
  const span = await countableSpan(server, from, signal);
  if (!span) return undefined;
  const rendered = ({ total, bad }: CountPair): CountPair => ({
    total: renderQuery(total, model),
    bad: renderQuery(bad, model),
  });
  const [errors, slow, ...others] = await Promise.all([
    countRequests(server, query, span, signal),
    latency ? latencyWithin(server, query.durations, { span, edges }, signal) : undefined,
    ...counts.map(async ({ canary, primary }) => ({
      canary: await countPair(server, rendered(canary), span, signal),
      primary: await countPair(server, rendered(primary), span, signal),
    })),
    ...means.map(async (mean) => {
      const arm = async ({ sum, count }: JudgedMean['canary']) =>
        partsOf(await countPair(server, rendered({ total: count, bad: sum }), span, signal), mean);
      return { canary: await arm(mean.canary), primary: await arm(mean.primary) };
    }),
  ]);
  const names = [...counts, ...means].map(({ name }) => name);
  const named = others.map((pair, i) => [names[i] ?? '', pair] as const);
  return {
    span,
    requests: { canary: errors.canary.requests, primary: errors.primary.requests },
    counts: { [ERRORS]: errors, ...Object.fromEntries(named) },
    ...(slow ? { latency: slow } : {}),
  };
}

/** @throws QueryRefused where the values are larger than they should be, which voids what is promised of them */
function partsOf({ requests, bad: sum }: Arm, { name, atMost }: JudgedMean): Arm {
  const bad = sum / atMost;
  if (bad <= requests) return { requests, bad };
  const mean = requests === 0 ? `a sum of ${sum} of no values` : `a mean of ${Number((sum / requests).toPrecision(3))}`;
  throw new QueryRefused(`${name}: the window has ${mean}, above atMost: ${atMost}`);
}
