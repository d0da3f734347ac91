import type { SeenShare, UnknownShare } from '../../domain/findings.js';
import { messageOf } from '../../errors.js';
import type { MetricsContext, MetricsSources } from '../context.js';
import { NoValuesFound } from '../errors.js';
import { within } from '../http/limit.js';
import { lengthOf } from '../model.js';
import { observerOf } from '../observers.js';
import { metricsServerOf } from '../providers.js';
import { shareQueries, type ShareQueries } from '../queries/share.js';
import { answerOf, type Answered } from './answered.js';

/** Older requests don't matter, and addresses of former pods are only known for this long. */
const LONGEST_SECONDS = 600;
const TIMEOUT_MS = 2_000;

/** Since the weight was set, in milliseconds since 1970. */
export interface ShareSpan {
  readonly since: number;
  readonly now: number;
}

/** @returns undefined where the traffic provider's metrics don't distinguish the versions */
export async function shareTexts(
  { names, metricsProvider }: MetricsContext,
  sources: Pick<MetricsSources, 'canaryAddresses'>,
  span: ShareSpan,
): Promise<ShareQueries | undefined> {
  const model = { ...names, interval: `${secondsOf(span)}s`, variables: {} };
  return shareQueries(observerOf(metricsProvider), model, () => sources.canaryAddresses());
}

/**
 * How the requests were divided between canary and primary, according to the metrics of the built-in checks. It is
 * shown, and judges nothing.
 *
 * @param signal ends it
 * @param answered queries that have been answered already
 * @returns undefined where the traffic provider's metrics don't distinguish the versions; a failure is a result
 */
export async function seenShare(
  context: MetricsContext,
  sources: Pick<MetricsSources, 'canaryAddresses' | 'secret'>,
  span: ShareSpan,
  signal: AbortSignal,
  answered?: Answered,
): Promise<SeenShare | UnknownShare | undefined> {
  const { now } = span;
  const windowSeconds = secondsOf(span);
  try {
    return await within({ timeoutMs: TIMEOUT_MS, whom: 'the metrics server' }, signal, async (limited) => {
      const queries = await shareTexts(context, sources, span);
      if (!queries) return undefined;
      const server = await metricsServerOf(context, sources, 'analysis');
      const ask = async (text: string) => answerOf(answered, text) ?? server.query(text, limited);
      const [percent, requests] = await Promise.all([ask(queries.percent), ask(queries.requests)]);
      return { percent: rounded(percent), requests: Math.round(requests), windowSeconds, at: now };
    });
  } catch (error) {
    return { unknown: reasonOf(error, windowSeconds, signal) };
  }
}

function reasonOf(error: unknown, windowSeconds: number, signal: AbortSignal): string {
  if (signal.aborted) return 'the metrics server took longer than the analysis';
  return error instanceof NoValuesFound ? `no requests were seen within ${windowSeconds} s` : messageOf(error);
}

function secondsOf({ since, now }: ShareSpan): number {
  return Math.min(LONGEST_SECONDS, lengthOf({ notBefore: since, now }));
}

/** To a tenth. */
function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}
