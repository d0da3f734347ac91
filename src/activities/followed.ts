import { setTimeout as sleep } from 'node:timers/promises';
import type { Canary } from '../crds/canary.js';
import type { Weights } from '../domain/weights.js';
import { DataPlaneLate } from '../errors.js';
import type { Router } from '../routers/port.js';

export interface FollowTimes {
  /** Longest wait for a data plane that is about to apply a change, in milliseconds. */
  readonly limit: number;
  readonly poll: number;
}

const TIMES: FollowTimes = { limit: 5_000, poll: 100 };

/**
 * How traffic is divided. A data plane that hasn't applied the last change yet gets a moment, since no user needs to
 * fix that.
 *
 * @throws UserError as `router.weights` does; DataPlaneLate where it still hasn't applied the change
 */
export async function weightsOnceFollowed(
  router: Pick<Router, 'weights'>,
  canary: Canary,
  signal: AbortSignal,
  times = TIMES,
): Promise<Weights | undefined> {
  const began = performance.now();
  for (;;) {
    try {
      return await router.weights(canary);
    } catch (error) {
      if (!(error instanceof DataPlaneLate) || performance.now() - began >= times.limit) throw error;
    }
    await sleep(times.poll, undefined, { signal });
  }
}
