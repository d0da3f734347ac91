import type { Unfinished } from '../workflows/activities.js';

/** What nobody has asked for again after this, in milliseconds, isn't worth going on with. */
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
 * Work that may take longer than whoever asks for it first can wait: it goes on, and whoever asks for the very same next
 * waits for that in place of doing it once more. So a webhook that is slow to answer is called once, although a workflow
 * task can't wait for it.
 *
 * Only within one process: what another one has begun is begun again, as after its death.
 */
export class UnderWay {
  private readonly left = new Map<string, Left>();

  /** @param keptMs how long what nobody waits for goes on */
  constructor(private readonly keptMs = KEPT_MS) {}

  /**
   * @param what names the work: the same name is the same work
   * @param signal of whoever asks, while it waits
   * @param withinMs the answer comes within this; undefined for whoever waits as long as it takes
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
  // It may fail while nobody waits for it; whoever asks next is told.
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
