import { setTimeout as sleep } from 'node:timers/promises';
import type { Canary } from '../crds/canary.js';
import type { Router } from '../routers/port.js';

export interface DrainTimes {
  /** Longest wait for a data plane that reports what it has taken over, in milliseconds. */
  readonly settleLimit: number;
  /** Wait for one that doesn't report, or reports less than that. */
  readonly blind: number;
  /** For requests that were on their way when the weights changed. */
  readonly inFlight: number;
  readonly poll: number;
}

const TIMES: DrainTimes = { settleLimit: 10_000, blind: 2_000, inFlight: 500, poll: 50 };

/**
 * Waits until the data plane has taken the weights, so that pods which are still sent requests aren't stopped. Bounded:
 * a data plane that never says so must not keep a release from ending. Who can't say yes may still say no: the wait for
 * it begins with the last no.
 */
export async function drain(router: Router, canary: Canary, signal: AbortSignal, times = TIMES): Promise<void> {
  const began = Date.now();
  const blind = Math.max(times.blind, router.followsWithinMs ?? 0);
  let unsureSince = began;
  while (Date.now() - began < times.settleLimit) {
    const settled = await router.isSettled(canary);
    if (settled === true) break;
    if (settled === false) unsureSince = Date.now();
    else if (Date.now() - unsureSince >= blind) break;
    await sleep(times.poll, undefined, { signal });
  }
  await sleep(times.inFlight, undefined, { signal });
}
