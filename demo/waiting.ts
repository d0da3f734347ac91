import { setTimeout as sleep } from 'node:timers/promises';
import { DemoError, messageOf } from './errors.js';

export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
  /** Further information for when it takes too long, for instance the end of a log. */
  readonly explain?: () => string;
}

const EVERY_MS = 200;

/**
 * Asks until the answer is something. Errors of `ask` count as "not yet".
 *
 * @throws DemoError naming `what` after `timeoutMs`, or the signal's reason
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  patience: Patience,
): Promise<T> {
  const { timeoutMs, signal, everyMs = EVERY_MS, explain } = patience;
  const deadline = Date.now() + timeoutMs;
  let lastError: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      const answer = await orAborted(Promise.resolve(ask()), signal);
      if (answer !== undefined) return answer;
      lastError = undefined;
    } catch (error) {
      signal.throwIfAborted();
      lastError = messageOf(error);
    }
    if (Date.now() >= deadline) {
      const details = [lastError, explain?.()].filter((text) => text !== undefined && text !== '');
      throw new DemoError([`${what}: not within ${timeoutMs / 1000} s`, ...details].join('\n'));
    }
    await pause(everyMs, signal);
  }
}

/** @throws the signal's reason */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}

/** What `promise` comes to, unless the signal aborts first. @throws the signal's reason */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const given = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(asError(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true, signal: given.signal });
  });
  return Promise.race([promise, aborted]).finally(() => given.abort());
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
