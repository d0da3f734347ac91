import { UserError } from '../../errors.js';
import type { ProviderOptions } from '../port.js';

/** Both in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const SHORTEST_MS = 1_000;

/**
 * The time span to query, ending now: some of the metric's intervals, but nothing before `notBefore`. It is never
 * shorter than a second.
 */
export function spanOf(options: ProviderOptions, intervals: number): Span {
  const { now = Date.now, notBefore = 0 } = options;
  const to = now();
  const wanted = to - intervals * intervalMsOf(options);
  return { from: Math.min(Math.max(wanted, notBefore), to - SHORTEST_MS), to };
}

/**
 * The metric's interval, for a provider that needs one.
 *
 * @throws UserError beginning with Flagger's words
 */
export function intervalMsOf({ interval }: Pick<ProviderOptions, 'interval'>): number {
  if (interval) return interval.seconds * 1_000;
  throw new UserError(
    'error parsing metric interval: time: invalid duration "": set interval of the metric in spec.analysis.metrics, such as 1m',
  );
}
