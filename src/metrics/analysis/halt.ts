import { TransientError, UserError } from '../../errors.js';
import type { ProviderErrors } from '../context.js';
import { TooEarly } from './early.js';
import { NoValuesFound } from '../errors.js';
import type { Reading } from './judge.js';

/** A step on the way to a value has failed; the message is what is said of it. */
export class Halted extends Error {
  override readonly name = 'Halted';

  constructor(
    message: string,
    readonly blame: Blame,
    /** The query was answered, with nothing. */
    readonly noValues = false,
  ) {
    super(message);
  }

  /** It says nothing about the canary. */
  get providerError(): boolean {
    return this.blame !== 'canary';
  }
}

/** Whose fault it is: the canary's or its user's, the provider's, or nobody's. */
type Blame = 'canary' | 'provider' | 'nobody';

/** How a failure is worded; the steps are distinguished since Flagger's messages do so. */
export interface Sayings {
  readonly failed: (error: string) => string;
  /** Where undefined, as another failure. */
  readonly noValues?: (error: string) => string;
}

/**
 * Takes a step, and words its failure.
 *
 * What only the user can mend (a missing template, a bad query) and what the canary may be to blame for (no values) is
 * a failed check, as in Flagger. That a server gave no answer, the provider's or Kubernetes', is distinguished: it says
 * nothing about the canary; nor does a value that can't be there yet. Bugs, and the reason of an aborted signal, are
 * passed on.
 *
 * @throws Halted
 */
export async function step<T>(take: () => T | Promise<T>, { failed, noValues = failed }: Sayings): Promise<T> {
  try {
    return await take();
  } catch (error) {
    if (error instanceof NoValuesFound) throw new Halted(noValues(error.message), 'canary', true);
    if (error instanceof TooEarly) throw new Halted(error.message, 'nobody');
    if (error instanceof UserError) throw new Halted(failed(error.message), 'canary');
    if (error instanceof TransientError) throw new Halted(failed(error.message), 'provider');
    throw error;
  }
}

/**
 * What `read` comes to.
 *
 * @param providerErrors what a failing provider counts as
 */
export async function readingOf(read: () => Promise<number>, providerErrors: ProviderErrors): Promise<Reading> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof Halted)) throw error;
    const isUnknown = error.blame === 'nobody' || (error.blame === 'provider' && providerErrors === 'hold');
    return {
      failure: error.message,
      ...(isUnknown ? { providerError: true } : {}),
      ...(error.noValues ? { noValues: true } : {}),
    };
  }
}
