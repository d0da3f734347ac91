import type { ReadinessRule } from './pod-controller.js';

/**
 * How many of the pods must be available: the threshold's share, rounded down as Flagger does, but at least one with a
 * threshold above 0. Rounding down alone would call a single pod ready that never started.
 */
export function neededPods(pods: number, { thresholdPercent }: ReadinessRule): number {
  return thresholdPercent > 0 ? Math.max(1, Math.floor((pods * thresholdPercent) / 100)) : 0;
}
