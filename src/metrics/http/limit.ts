import { formatGoDuration } from '../../crds/duration.js';
import { ProviderError } from '../errors.js';

export interface Limit {
  /** For the whole query, however many requests it takes. */
  readonly timeoutMs: number;
  /** The server, as messages may show it. */
  readonly whom: string;
}

/**
 * Does something for a limited time. After that, or when `signal` is aborted, this ends at once, whether or not the
 * work obeys its signal.
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
