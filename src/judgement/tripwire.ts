import { badShare, type WindowCounts } from './counts.js';

/** For disasters in the first seconds, beside the judge: it is crude, and has no error bound. */
export interface Tripwire {
  /** Of bad requests in one window, 0 to 1. */
  readonly share: number;
  /** The canary's requests in the window, at least. */
  readonly requests: number;
}

/** What one window shows without any statistics. */
export type Alarm = 'none' | 'canary' | 'both';

/** "Both" is not the canary's fault: something that both versions need is down. */
export function alarmOf({ canary, primary }: WindowCounts, { share, requests }: Tripwire): Alarm {
  const isCanaryBad = canary.requests >= requests && badShare(canary) >= share;
  const isPrimaryBad = primary.requests > 0 && badShare(primary) >= share / 2;
  if (isCanaryBad) return isPrimaryBad ? 'both' : 'canary';
  return primary.requests >= requests && badShare(primary) >= share && badShare(canary) >= share / 2 ? 'both' : 'none';
}
