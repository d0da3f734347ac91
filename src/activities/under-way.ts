import type { Unfinished } from '../workflows/activities.js';

/** Work that nobody has waited for in this time, in milliseconds, is cancelled. */
const KEPT_MS = 15_000;

const UNFINISHED: Unfinished = { unfinished: true };

export function isUnfinished(result: unknown): result is Unfinished {
  return result === UNFINISHED;
}

interface Left {
  readonly result: Promise<unknown>;
  readonly abort: AbortController;
}

/**
 * Work that may take longer than its first caller can wait: it continues, and the next caller with the same name waits
 * for its result instead of repeating it. So a slow webhook is called once, although a workflow task can't wait for it.
 *
 * Only within one process: another process starts the work again, as after a crash.
 */
export class UnderWay {
  private readonly left = new Map<string, Left>();

  /** @param keptMs how long work continues without a caller */
  constructor(private readonly keptMs = KEPT_MS) {}

  /**
   * @param what names the work: equal names mean the same work
   * @param signal cancels the caller's wait
   * @param withinMs the answer comes within this; undefined for a caller that waits as long as it takes
   */
  async do<T>(
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
    { signal, withinMs }: { readonly signal: AbortSignal; readonly withinMs?: number | undefined },
  ): Promise<T | Unfinished> {
    const { result, abort } = (this.left.get(what) ?? begun(work)) as Left & { readonly result: Promise<T> };
    this.left.delete(what);
    const giveUp = (): void => abort.abort(signal.reason);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    try {
      if (withinMs === undefined) return await result;
      const done = await withDeadline(result, withinMs);
      if (done !== UNFINISHED) return done;
      this.leave(what, { result, abort });
      return done;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  private leave(what: string, left: Left): void {
    this.left.set(what, left);
    const forget = setTimeout(() => {
      if (this.left.get(what) !== left) return;
      this.left.delete(what);
      left.abort.abort(new Error(`nobody waits for ${what} any more`));
    }, this.keptMs);
    forget.unref();
  }
}

function begun<T>(work: (signal: AbortSignal) => Promise<T>): Left & { readonly result: Promise<T> } {
  const abort = new AbortController();
  const result = work(abort.signal);
  // It may fail without a caller; the next caller gets the error.
  result.catch(() => undefined);
  return { result, abort };
}

async function withDeadline<T>(result: Promise<T>, ms: number): Promise<T | Unfinished> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<Unfinished>((resolve) => {
    timer = setTimeout(() => resolve(UNFINISHED), ms);
  });
  try {
    return await Promise.race([result, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
