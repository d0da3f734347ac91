import { setTimeout as sleep } from 'node:timers/promises';
import { isAvailable } from '../domain/findings.js';
import type { Weights } from '../domain/weights.js';
import { UserError } from '../errors.js';
import type { Claim } from '../kubernetes/claim.js';
import type { CanaryContext } from './read.js';
import type { Working } from './reading.js';
import { readyBaseline } from './baseline/baseline.js';
import { growHome, makeNameable, makeWhole } from './whole.js';

/** Longest wait for the first pod of a primary that somebody has scaled to zero. */
const PODS_MS = 15_000;
const POLL_MS = 100;

/**
 * Divides the traffic, after correcting the side that gets (more of) it.
 *
 * @throws UserError where requests sent there would not arrive
 */
export async function send(
  { cache, now }: Pick<Working, 'cache' | 'now'>,
  context: CanaryContext,
  weights: Weights,
  by: { readonly fence: Claim; readonly signal: AbortSignal },
): Promise<void> {
  const { canary, router, workload } = context;
  const making = { ...by, runs: undefined };
  const gets = { primary: weights.primary > 0, canary: weights.canary > 0 || weights.mirrored === true };
  for (const side of ['primary', 'canary'] as const) {
    if (!gets[side]) {
      await makeNameable(cache, context, side, making);
      continue;
    }
    const { isReachable, problems } = await makeWhole(cache, context, side, making);
    if (!isReachable) throw new UserError(`no traffic is sent to the ${side}: ${problems.join('; ')}`);
  }
  if (weights.baseline) await readyBaseline(cache, context, by);
  const empty = weights.primary > 0 && (await workload.size(canary, 'primary')) === 0;
  if (weights.canary === 0 || empty) await growHome(cache, context, by.fence);
  if (empty) await untilPodsServe(context, now, by.signal);
  await router.setWeights(canary, weights, by.fence);
}

async function untilPodsServe(
  { canary, workload }: CanaryContext,
  now: () => number,
  signal: AbortSignal,
): Promise<void> {
  const began = performance.now();
  for (;;) {
    const readiness = await workload.readiness(canary, 'primary', now());
    if ((await workload.size(canary, 'primary')) > 0 && isAvailable(readiness)) return;
    const reason = readiness.ready ? 'it has no pods' : readiness.reason;
    if (performance.now() - began > PODS_MS) throw new UserError(`no traffic is sent to the primary: ${reason}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}
