import { ActivityFailure, ApplicationFailure, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import type { Timed, Unfinished } from './activities.js';

/**
 * How long one piece of work may hold a workflow task, in milliseconds. Orders that come in meanwhile wait for its end: all
 * pieces of one task together stay within a second.
 */
const PIECES_MS = [400, 400, 150] as const;
/** Runs of earlier versions do so many. */
const PIECES_BEFORE = 2;

/** What took longer once is asked as an activity of its own so many times, before it is tried again. */
const LONG_WAY = 10;

type Here<T> = (withinMs: number, begunAt: number) => Promise<T | Unfinished | Timed<T | Unfinished>>;

/**
 * Work that a workflow task does itself where it is short, as a local activity: that costs one event of the history in
 * place of six and no round trip through a queue. What isn't short, or fails, is an activity of its own, which has
 * heartbeats and attempts, and which an order can interrupt.
 *
 * A worker that dies in the middle of a task has left no word of what the task did, and the task is done again. So looks may
 * be done again from their start, and what follows from a decision is only done here by what keeps that decision first
 * (`ApplyInput.keep`).
 */
export class TaskWork {
  private pieces = 0;
  private most = PIECES_BEFORE;
  private hasWritten = false;
  private spentMs = 0;
  /** When the first piece of this task was begun, by the clock of the process: only its activities are told. */
  private begunAt: number | undefined;
  /** How many of the next ones go the long way at once. */
  private readonly longWay = { looks: 0, writes: 0 };

  /** The run keeps its decisions, so it may also write. */
  mayWrite(): void {
    this.most = PIECES_MS.length;
  }

  /** Something has been waited for outside this task: what came in meanwhile is known. */
  released(): void {
    this.pieces = 0;
    this.hasWritten = false;
    this.spentMs = 0;
    this.begunAt = undefined;
  }

  /** Milliseconds since 1970: a workflow's clock stands still in a task, while its work takes time. */
  now(): number {
    return Date.now() + this.spentMs;
  }

  /** Somebody's answer goes out with this task: it isn't held any longer. */
  owesAnswer(): void {
    this.pieces = PIECES_MS.length;
  }

  /**
   * @param here the work as a local activity, which comes back within these milliseconds
   * @param aside the same as an activity of its own, which takes over what the first has begun
   */
  async look<T, U>(here: Here<T>, aside: () => Promise<U>): Promise<T | U> {
    return this.do('looks', here, aside);
  }

  /**
   * The same for what changes something: once in a task at most. When a task that was lost is done again, all that it may
   * have begun is then the batch that comes next.
   */
  async write<T, U>(here: Here<T>, aside: () => Promise<U>): Promise<T | U> {
    if (this.hasWritten) return this.aside(aside);
    this.hasWritten = true;
    return this.do('writes', here, aside);
  }

  private async do<T, U>(kind: keyof TaskWork['longWay'], here: Here<T>, aside: () => Promise<U>): Promise<T | U> {
    const done = await this.tryHere(kind, here);
    return done === undefined ? this.aside(aside) : done.result;
  }

  private async aside<U>(aside: () => Promise<U>): Promise<U> {
    try {
      return await aside();
    } finally {
      this.released();
    }
  }

  private async tryHere<T>(
    kind: keyof TaskWork['longWay'],
    here: Here<T>,
  ): Promise<{ readonly result: T } | undefined> {
    const ms = this.pieces < this.most ? PIECES_MS[this.pieces] : undefined;
    if (!isLocal() || ms === undefined || !this.isShort(kind)) return undefined;
    this.pieces += 1;
    try {
      this.begunAt ??= workflowInfo().unsafe.now();
      const { result, tookMs } = timed(await here(ms, this.begunAt));
      if (this.most > PIECES_BEFORE) this.spentMs = Math.max(this.spentMs, tookMs);
      if (!isUnfinished(result)) return { result };
      if (ms === PIECES_MS[0]) this.longWay[kind] = LONG_WAY;
    } catch (error) {
      if (isCancellation(error) || isFinal(error)) throw error;
    }
    return undefined;
  }

  private isShort(kind: keyof TaskWork['longWay']): boolean {
    if (this.longWay[kind] === 0) return true;
    this.longWay[kind] -= 1;
    return false;
  }
}

/** Runs of earlier versions have done all of it as activities of their own. */
export function isLocal(): boolean {
  return patched('short-work-is-local');
}

/** Earlier versions of the activities don't tell how long it took. */
function timed<T>(answer: T | Timed<T>): { readonly result: T; readonly tookMs: number } {
  const isTimed = typeof answer === 'object' && answer !== null && 'tookMs' in answer && 'result' in answer;
  return isTimed ? answer : { result: answer, tookMs: 0 };
}

function isUnfinished(result: unknown): result is Unfinished {
  return typeof result === 'object' && result !== null && 'unfinished' in result;
}

/** Another attempt, of whatever kind, would come to the same. */
function isFinal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}
