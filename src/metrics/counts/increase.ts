import type { Series } from '../port.js';

/** A span of a server's own clock, in milliseconds since 1970. */
export interface CountedSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * The growth of a counter from its last sample up to `from` to its last sample up to `to`. Only scraped values are
 * used, nothing is extrapolated: over consecutive spans each increase counts in exactly one.
 *
 * A counter without a sample up to `from` has begun within the span, at 0: a pod that started, or the first request of
 * its kind. A counter that falls has restarted.
 */
export function increaseOf({ samples }: Series, { from, to }: CountedSpan): number {
  let last = 0;
  let increase = 0;
  for (const { at, value } of samples) {
    if (at > to) break;
    if (at > from) increase += value < last ? value : value - last;
    last = value;
  }
  return increase;
}
