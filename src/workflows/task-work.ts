import { ActivityFailure, ApplicationFailure, isCancellation, patched } from '@temporalio/workflow';
import type { Unfinished } from './activities.js';

/**
 * How long one piece of work may hold a workflow task, in milliseconds. Orders that come in meanwhile wait for its end,
 * so two pieces in one task stay within a second.
 */
export const TASK_WORK_MS = 400;

/** Pieces in a row, without a wait between them that lets orders in. */
const PIECES = 2;

/** Work that once took too long runs as an ordinary activity this many times, before it is tried here again. */
const LONG_WAY = 10;

/**
 * Short work that a workflow task does itself, as a local activity: that costs one event of the history instead of six,
 * and no round trip through a queue. Work that isn't short, or fails, becomes an ordinary activity, which has
 * heartbeats and attempts, and which an order can interrupt.
 *
 * Only work that may restart from its beginning belongs here: a worker that dies in the middle of a task leaves no
 * trace of the task's work. So nothing runs here that follows from a decision of the same task.
 */
export class TaskWork {
  private pieces = 0;
  private longWay = 0;

  /** The task has ended in a wait: whatever came in meanwhile is known. */
  released(): void {
    this.pieces = 0;
  }

  /** This task carries an answer to a sender, so it must end soon. */
  owesAnswer(): void {
    this.pieces = PIECES;
  }

  /**
   * @param here the work as a local activity
   * @param aside the same as an ordinary activity, which takes over the work that the first has begun
   */
  async do<T, U>(here: () => Promise<T | Unfinished>, aside: () => Promise<U>): Promise<T | U> {
    const done = await this.tryHere(here);
    if (done !== undefined) return done.result;
    try {
      return await aside();
    } finally {
      this.released();
    }
  }

  private async tryHere<T>(here: () => Promise<T | Unfinished>): Promise<{ readonly result: T } | undefined> {
    if (!isLocal() || !this.isFitting()) return undefined;
    this.pieces += 1;
    try {
      const result = await here();
      if (!isUnfinished(result)) return { result };
      this.longWay = LONG_WAY;
    } catch (error) {
      if (isCancellation(error) || isFinal(error)) throw error;
    }
    return undefined;
  }

  private isFitting(): boolean {
    if (this.pieces >= PIECES) return false;
    if (this.longWay === 0) return true;
    this.longWay -= 1;
    return false;
  }
}

/** Runs of earlier versions have done all of it as ordinary activities. */
export function isLocal(): boolean {
  return patched('short-work-is-local');
}

function isUnfinished(result: unknown): result is Unfinished {
  return typeof result === 'object' && result !== null && 'unfinished' in result;
}

/** Another attempt of either kind would have the same result. */
function isFinal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}
