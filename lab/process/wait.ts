import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks until the answer is something. Errors of `ask` count as "not yet"; the last one is named in the
 * error that a timeout throws.
 */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  let lastError: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`timed out after ${options.timeoutMs / 1000} s: ${what}`, { cause: lastError });
    }
    await sleep(options.everyMs ?? 50, undefined, { signal: options.signal });
  }
}
