import type { Readiness } from '../domain/findings.js';
import { NamespaceEnding, UserError } from '../errors.js';
import type { AwaitReadyInput } from '../workflows/activities.js';
import { readCanary, canaryContext, type CanaryContext } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { isFenced, keepAlive } from '../canary/lease-guard.js';
import { isTerminating } from '../kube/terminating.js';

/** A reason that has stood this long is worth saying; what pods go through in between isn't. */
const SETTLED_MS = 1_000;
/** After this the workflow takes stock, so that its history shows that somebody is waiting. */
const LIMIT_MS = 300_000;
/** How often things are looked at that come without a change: deadlines, the Lease. */
const POLL_MS = 1_000;
const REFUSED_MS = 10_000;

/**
 * Waits for pods, and comes back the moment they are ready, or with a new reason why they aren't, or when the target is
 * no longer what was waited for.
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
      // One that is refused is tried for again now and then: each try looks at all stamps.
      const refusal = deps.now() < aliveAt ? undefined : await keepAlive(deps, view, input);
      if (refusal) aliveAt = deps.now() + REFUSED_MS;
      // No pods will come any more.
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
    // A target that is gone, or can't be read any more, is for the next look.
    if (error instanceof UserError) return true;
    throw error;
  }
}

/** Wakes a waiter early. */
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
