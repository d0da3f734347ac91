import { setTimeout as sleep } from 'node:timers/promises';
import { isAvailable } from '../domain/findings.js';
import { ALL_TO_PRIMARY, EVERYBODY_TO_CANARY, type Weights } from '../domain/weights.js';
import { messageOf, RefusedError, UserError } from '../errors.js';
import type { Claim } from '../kubernetes/claim.js';
import type { CanaryContext } from './read.js';
import type { Working } from './reading.js';
import { growHome, makeNameable, makeWhole, type Destination } from './whole.js';

/** Longest wait of one attempt for the pods of a primary that had to be created again; the canary serves meanwhile. */
const PATIENCE_MS = 30_000;
const POLL_MS = 100;

/** Where a rollback has sent the traffic, and the problems that it found. */
export interface Homecoming {
  readonly servedBy: 'primary' | 'canary';
  /** What a user must fix, in words for an event. */
  readonly problems: readonly string[];
}

/**
 * Sends all traffic to the primary, after correcting it; where it can't serve and the canary can, to the canary.
 *
 * A primary that had to be created again has no pods yet: the canary's pods serve all users until it has some, for a
 * while.
 *
 * @throws UserError where the route is unreadable, and sends users elsewhere
 */
export async function comeHome(
  deps: Working,
  context: CanaryContext,
  fence: Claim,
  signal: AbortSignal,
): Promise<Homecoming> {
  const { canary } = context;
  await refresh(context);
  const ungrown: string[] = [];
  const making = { fence, signal, fresh: true, runs: canary.status.lastPromotedSpec };
  const home = await makeWhole(deps.cache, context, 'primary', making);
  const had = await context.workload.size(canary, 'primary');
  const orders = await ordered();
  const isNew = had === 0 && orders > 0;
  if (await serves(deps, context, home, 'primary')) return arrived('primary', home);
  const away = await makeWhole(deps.cache, context, 'canary', making);
  if (!(await serves(deps, context, away, 'canary'))) return arrived('primary', home);
  if (!home.isReachable || !(isNew || home.made.includes(titleOf(context)))) return arrived('canary', home, away);
  await route(deps, context, EVERYBODY_TO_CANARY, fence);
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    if (await serves(deps, context, home, 'primary')) return arrived('primary', home);
    await sleep(POLL_MS, undefined, { signal });
  }
  return arrived('canary', home);

  /** @returns the primary's desired number of pods; too few are no reason to leave users on a bad canary */
  async function ordered(): Promise<number> {
    try {
      return await growHome(deps.cache, context, fence);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      ungrown.push(messageOf(error));
      return had;
    }
  }

  async function arrived(servedBy: 'primary' | 'canary', ...found: readonly Destination[]): Promise<Homecoming> {
    const left = await makeNameable(deps.cache, context, servedBy === 'primary' ? 'canary' : 'primary', making);
    await route(deps, context, servedBy === 'primary' ? ALL_TO_PRIMARY : EVERYBODY_TO_CANARY, fence);
    const problems = [...found.flatMap((destination) => destination.problems), ...left, ...ungrown];
    return { servedBy, problems: [...new Set(problems)] };
  }
}

async function route(deps: Working, { canary, router }: CanaryContext, weights: Weights, fence: Claim): Promise<void> {
  try {
    await router.setWeights(canary, weights, fence);
  } catch (error) {
    // Users stay where they are: nothing that serves them may be stopped. The failure is reported, and the step
    // retried.
    if (!(error instanceof UserError) || (await dividesOtherwise({ canary, router }, weights))) throw error;
    // No route of ours: the user's own leads to the Service of the primary.
    deps.log.warn({ canary: `${canary.name}.${canary.namespace}` }, messageOf(error));
  }
}

/** Whether our route, if there is one, sends some of the requests elsewhere than it shall. */
async function dividesOtherwise(
  { canary, router }: Pick<CanaryContext, 'canary' | 'router'>,
  wanted: Weights,
): Promise<boolean> {
  try {
    // Where it may not be read afresh, what is known of it counts.
    await router.refresh(canary).catch(unlessUserError);
    const now = await router.weights(canary);
    return now !== undefined && (now.canary !== wanted.canary || now.mirrored === true);
  } catch (error) {
    // Who may not look at it doesn't know that nobody is sent there.
    if (error instanceof RefusedError) return true;
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Users' changes of the target, or of what it reads, must not block a rollback. */
async function refresh({ canary, workload }: CanaryContext): Promise<void> {
  await workload.refresh(canary).catch(unlessUserError);
}

function unlessUserError(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
}

/**
 * Whether requests would arrive at pods that serve. A workload that is scaled to zero counts as ready, but serves no
 * users.
 */
async function serves(
  deps: Working,
  { canary, workload }: CanaryContext,
  { isReachable }: Destination,
  of: 'primary' | 'canary',
): Promise<boolean> {
  if (!isReachable || (await workload.size(canary, of)) === 0) return false;
  return isAvailable(await workload.readiness(canary, of, deps.now()));
}

function titleOf({ canary, workload }: CanaryContext): string {
  return `${workload.kind}/${canary.targetRef.primaryName}`;
}
