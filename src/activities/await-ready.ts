import type { Readiness } from '../domain/findings.js';
import { NamespaceEnding, UserError } from '../errors.js';
import type { AwaitReadyInput } from '../workflows/activities.js';
import { readCanary, canaryContext, type CanaryContext } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { isFenced, keepAlive } from '../canary/lease-guard.js';
import { isTerminating } from '../kube/terminating.js';

/** A reason that has lasted this long is reported; the states that pods pass through meanwhile aren't. */
const SETTLED_MS = 1_000;
/** After this the workflow observes again, so that its history shows the wait. */
const LIMIT_MS = 300_000;
/** How often conditions are checked that change without an event: deadlines, the Lease. */
const POLL_MS = 1_000;
const REFUSED_MS = 10_000;

/**
 * Waits for pods, and returns the moment they are ready, or with a new reason why they aren't, or when the target no
 * longer is the revision that was waited for.
 */
export async function awaitReady(
  deps: Dependencies,
  input: AwaitReadyInput,
  signal: AbortSignal,
): Promise<Readiness | 'changed'> {
  const began = deps.now();
  let reason: string | undefined;
  let since = began;
  let aliveAt = began;
  const bell = new Bell();
  let stop: (() => void) | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const view = await readCanary(deps, input.canary);
      if (!view || isFenced(view.lease, input) || !view.canary) return 'changed';
      // A refused renewal is tried less often: each attempt reads all fence annotations.
      const refusal = deps.now() < aliveAt ? undefined : await keepAlive(deps, view, input);
      if (refusal) aliveAt = deps.now() + REFUSED_MS;
      // A terminating namespace starts no more pods.
      if (refusal instanceof NamespaceEnding && isTerminating(view.object)) return 'changed';
      const context = canaryContext(deps, view);
      stop ??= await context.workload.onChange(context.canary, () => bell.ring());
      const readiness = await context.workload.readiness(context.canary, input.of, deps.now());
      if (readiness.ready || !readiness.retriable) return readiness;
      if (await isOtherRevision(context, input.revision)) return 'changed';
      const now = deps.now();
      if (readiness.reason !== reason) [reason, since] = [readiness.reason, now];
      const worthSaying = reason !== input.said && now - since >= SETTLED_MS && now - began >= input.quietMs;
      const left = Math.min(LIMIT_MS, input.withinMs ?? LIMIT_MS) - (now - began);
      if (worthSaying || left <= 0) return readiness;
      await bell.wait(Math.min(POLL_MS, left));
    }
  } finally {
    stop?.();
  }
}

async function isOtherRevision(context: CanaryContext, revision: string | undefined): Promise<boolean> {
  if (revision === undefined) return false;
  try {
    return (await context.workload.look(context.canary)).revision.hash !== revision;
  } catch (error) {
    // A target that is missing or unreadable is left to the next observation.
    if (error instanceof UserError) return true;
    throw error;
  }
}

/** Wakes a waiting caller early. */
class Bell {
  private wake: (() => void) | undefined;

  ring(): void {
    this.wake?.();
  }

  async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}
