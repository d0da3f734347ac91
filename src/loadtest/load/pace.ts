import { setTimeout as sleep } from 'node:timers/promises';

/** Node's timers are about a millisecond late; delays within this time are made up for. */
const CATCH_UP_MS = 50;

/**
 * Says when one connection's next request is due: on a fixed grid, as a ticker does. Requests that a slow service
 * missed aren't made up for; only the one already waiting is sent at once.
 */
export class Pace {
  private due: number;

  /**
   * @param intervalMs between two requests; 0 = no waiting
   * @param firstMs when the first is due, by `performance.now()`
   */
  constructor(
    private readonly intervalMs: number,
    firstMs: number,
  ) {
    this.due = firstMs;
  }

  /** @returns false once `over` is aborted */
  async next(over: AbortSignal): Promise<boolean> {
    if (this.intervalMs > 0) {
      await pause(this.due - performance.now(), over);
      this.due = nextDue(this.due, this.intervalMs, performance.now());
    }
    return !over.aborted;
  }
}

/** The first point on the grid after `due` that isn't too long ago. */
export function nextDue(due: number, intervalMs: number, now: number): number {
  const oldest = now - Math.max(intervalMs, CATCH_UP_MS);
  const missed = Math.max(0, Math.ceil((oldest - (due + intervalMs)) / intervalMs));
  return due + intervalMs * (1 + missed);
}

/** Waits, or returns at once when `over` is aborted. */
export async function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  if (milliseconds < 1 || over.aborted) return;
  try {
    await sleep(milliseconds, undefined, { signal: over });
  } catch (error) {
    if (!over.aborted) throw error;
  }
}
