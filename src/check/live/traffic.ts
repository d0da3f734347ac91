import { messageOf, TransientError, UserError } from '../../errors.js';
import { countRequests } from '../../metrics/counts/read.js';
import { requestCounts } from '../../metrics/counts/sources.js';
import { queryNamesOf } from '../../metrics/model.js';
import type { Observer } from '../../metrics/queries/flagger.js';
import { createProvider } from '../../metrics/registry.js';
import type { Canary } from '../../crds/types.js';
import type { PresentTraffic } from '../forecast.js';

const LOOK_BACK_SECONDS = 600;

export type MeasuredTraffic = PresentTraffic | { readonly unknown: string };

/**
 * Requests of the last ten minutes to canary and primary together, from the counters that a release is judged by.
 *
 * @param now milliseconds since 1970
 * @returns the reason where they are unknown
 */
export async function presentTraffic(
  canary: Canary,
  observer: Observer,
  now: number,
  signal: AbortSignal,
): Promise<MeasuredTraffic> {
  const none = { headers: {}, secretRef: undefined, region: undefined, insecureSkipVerify: false };
  const server = createProvider({ provider: { type: 'prometheus', address: canary.metricsServer, ...none } });
  const model = { ...queryNamesOf(canary), interval: '', variables: {} };
  try {
    // While nothing is released, all pods are the primary's.
    const query = await requestCounts(observer, model, { canary: () => Promise.resolve([]) });
    if (!query) return { unknown: 'the metrics don’t distinguish requests to the canary from those to the primary' };
    const span = { from: now - LOOK_BACK_SECONDS * 1000, to: now };
    const counted = await countRequests(server, query, span, signal);
    const requests = counted.primary.requests + counted.canary.requests;
    const bad = counted.primary.bad + counted.canary.bad;
    if (requests === 0) return { unknown: 'no requests were counted in the last ten minutes' };
    return { requestsPerSecond: requests / LOOK_BACK_SECONDS, errors: bad / requests, from: 'measured' };
  } catch (error) {
    if (signal.aborted) return { unknown: 'the metrics server has not answered in time' };
    if (error instanceof UserError || error instanceof TransientError) return { unknown: messageOf(error) };
    throw error;
  }
}
