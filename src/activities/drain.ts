import { setTimeout as sleep } from 'node:timers/promises';
import type { Canary } from '../crds/canary.js';
import type { Router } from '../routers/port.js';

/** Longest wait for a data plane that reports what it has taken over. */
const SETTLE_LIMIT_MS = 10_000;
/** Wait for one that doesn't report. */
const BLIND_MS = 2_000;
/** For requests that were on their way when the weights changed. */
const IN_FLIGHT_MS = 500;
const POLL_MS = 50;

/**
 * Waits until the data plane has taken the weights, so that pods which are still sent requests aren't stopped. Bounded:
 * a data plane that never says so must not keep a release from ending.
 */
export async function drain(router: Router, canary: Canary, signal: AbortSignal): Promise<void> {
  const began = Date.now();
  while (Date.now() - began < SETTLE_LIMIT_MS) {
    const settled = await router.isSettled(canary);
    if (settled === true) break;
    if (settled === undefined && Date.now() - began >= BLIND_MS) break;
    await sleep(POLL_MS, undefined, { signal });
  }
  await sleep(IN_FLIGHT_MS, undefined, { signal });
}
