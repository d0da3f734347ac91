import { type Arm } from './counts.js';

/** Fewer windows say too little about how counts scatter. */
const WINDOWS_FOR_DISPERSION = 30;

/**
 * How much more the primary's bad requests scatter from window to window than independent ones would: Pearson's χ²
 * divided by its degrees of freedom, never below 1. It needs 30 windows before the release; undefined with fewer.
 */
export function dispersionOf(windows: readonly Arm[]): number | undefined {
  const counted = windows.filter(({ requests }) => requests > 0);
  if (counted.length < WINDOWS_FOR_DISPERSION) return undefined;
  const requests = counted.reduce((sum, arm) => sum + arm.requests, 0);
  const rate = counted.reduce((sum, arm) => sum + arm.bad, 0) / requests;
  if (rate === 0) return 1;
  const chi = counted.reduce((sum, arm) => sum + (arm.bad - rate * arm.requests) ** 2 / (rate * arm.requests), 0);
  return Math.max(1, chi / (counted.length - 1));
}
