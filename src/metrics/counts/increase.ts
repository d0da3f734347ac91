import type { Series } from '../port.js';

/** A span of a server's own clock, in milliseconds since 1970. */
export interface CountedSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * By how much a counter grew from the last sample up to `from` to the last sample up to `to`. It is what was scraped,
 * nothing is extrapolated: of spans that follow each other, each increase counts in exactly one.
 *
 * A counter that has no sample up to `from` has begun within the span, from 0: a pod that started, or the first request
 * of its kind. One that falls has begun anew.
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
