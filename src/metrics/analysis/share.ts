import type { SeenShare, UnknownShare } from '../../domain/findings.js';
import { messageOf } from '../../errors.js';
import type { MetricsContext, MetricsSources } from '../context.js';
import { NoValuesFound } from '../errors.js';
import { within } from '../http/limit.js';
import { lengthOf, type Window } from '../model.js';
import { observerOf } from '../observers.js';
import { metricsServerOf } from '../providers.js';
import { shareQueries } from '../queries/share.js';

/** Older requests don't matter, and addresses of pods that are gone aren't known any longer than this. */
const LONGEST_SECONDS = 600;
const TIMEOUT_MS = 2_000;

/**
 * How the requests were divided between canary and primary, by the metrics of the built-in checks. It is what was seen,
 * and judges nothing.
 *
 * @param since the weight was set, in milliseconds since 1970
 * @param signal ends it
 * @returns undefined where the traffic provider's metrics can't tell; a failure is a result
 */
export async function seenShare(
  context: MetricsContext,
  sources: Pick<MetricsSources, 'canaryAddresses' | 'secret'>,
  { since, now }: { readonly since: number; readonly now: number },
  signal: AbortSignal,
): Promise<SeenShare | UnknownShare | undefined> {
  const { names, metricsProvider } = context;
  const windowSeconds = secondsOf({ notBefore: since, now });
  const model = { ...names, interval: `${windowSeconds}s`, variables: {} };
  try {
    return await within({ timeoutMs: TIMEOUT_MS, whom: 'the metrics server' }, signal, async (limited) => {
      const queries = await shareQueries(observerOf(metricsProvider), model, () => sources.canaryAddresses());
      if (!queries) return undefined;
      const server = await metricsServerOf(context, sources, 'analysis');
      const [percent, requests] = await Promise.all([
        server.query(queries.percent, limited),
        server.query(queries.requests, limited),
      ]);
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

function secondsOf(window: Window): number {
  return Math.min(LONGEST_SECONDS, lengthOf(window));
}

/** To a tenth. */
function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}
