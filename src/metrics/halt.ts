import { TransientError, UserError } from '../errors.js';
import { NoValuesFound } from './errors.js';
import type { Reading } from './judge.js';

/** A step on the way to a value has failed; the message is what is said of it. */
export class Halted extends Error {
  override readonly name = 'Halted';

  constructor(
    message: string,
    readonly providerError: boolean,
  ) {
    super(message);
  }
}

/** How a failure is worded; the steps are told apart since Flagger's messages do so. */
export interface Sayings {
  readonly failed: (error: string) => string;
  /** Where undefined, as another failure. */
  readonly noValues?: (error: string) => string;
}

/**
 * Takes a step, and words its failure.
 *
 * What only the user can mend (a missing template, a bad query) and what the canary may be to blame for (no values) is
 * a failed check, as in Flagger. That a server gave no answer, the provider's or Kubernetes', is told apart: it says
 * nothing about the canary. Bugs, and the reason of an aborted signal, are passed on.
 *
 * @throws Halted
 */
export async function step<T>(take: () => T | Promise<T>, { failed, noValues = failed }: Sayings): Promise<T> {
  try {
    return await take();
  } catch (error) {
    if (error instanceof NoValuesFound) throw new Halted(noValues(error.message), false);
    if (error instanceof UserError) throw new Halted(failed(error.message), false);
    if (error instanceof TransientError) throw new Halted(failed(error.message), true);
    throw error;
  }
}

/** What `read` comes to. */
export async function readingOf(read: () => Promise<number>): Promise<Reading> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof Halted)) throw error;
    return { failure: error.message, ...(error.providerError ? { providerError: true } : {}) };
  }
}
