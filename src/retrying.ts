import { setTimeout as sleep } from 'node:timers/promises';

export interface Retrying {
  /** Ends the wait between two attempts. */
  readonly signal?: AbortSignal | undefined;
  /** Waits for milliseconds; must end when the signal aborts. */
  readonly wait?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

/**
 * Repeats something until it works, with a pause after each failure. The caller decides how often, how long and for
 * which errors.
 *
 * @param attempt receives its number, from 1
 * @param pauseAfter milliseconds until the next attempt; undefined where there is none
 * @throws the last failure; whatever the signal was aborted with, as soon as an attempt has failed
 */
export async function retrying<T>(
  attempt: (number: number) => Promise<T>,
  pauseAfter: (failure: unknown, made: number) => number | undefined,
  { signal, wait = pause }: Retrying = {},
): Promise<T> {
  for (let made = 1; ; made += 1) {
    try {
      return await attempt(made);
    } catch (failure) {
      signal?.throwIfAborted();
      const milliseconds = pauseAfter(failure, made);
      if (milliseconds === undefined) throw failure;
      await wait(milliseconds, signal);
      signal?.throwIfAborted();
    }
  }
}

/** Pauses that double from `first` to `longest`, milliseconds: after the first attempt, the second and so on. */
export function doubling(first: number, longest: number): (made: number) => number {
  return (made) => Math.min(first * 2 ** Math.min(made - 1, 30), longest);
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
