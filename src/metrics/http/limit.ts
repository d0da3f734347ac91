import { formatGoDuration } from '../../crds/duration.js';
import { ProviderError } from '../errors.js';

export interface Limit {
  /** For everything that a question takes, be it one request or several. */
  readonly timeoutMs: number;
  /** Who is asked, as it may be shown to people. */
  readonly whom: string;
}

/**
 * Does something for a limited time. When that is over, or `signal` is aborted, this ends at once, whether or not the
 * work heeds the signal that it is given.
 *
 * @throws ProviderError when the time is over, whatever `signal` was aborted with, and whatever the work throws
 */
export async function within<T>(
  { timeoutMs, whom }: Limit,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const abort = () => limit.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(limit.signal), aborted(limit.signal)]);
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw error;
    throw new ProviderError(`no answer from ${whom} within ${formatGoDuration(timeoutMs)}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
