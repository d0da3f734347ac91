import { TransientError, UserError } from '../../errors.js';
import type { ProviderErrors } from '../context.js';
import { TooEarly } from './early.js';
import { NoValuesFound } from '../errors.js';
import type { Reading } from './judge.js';

/** A step towards a value has failed; the message is for the event. */
export class Halted extends Error {
  override readonly name = 'Halted';

  constructor(
    message: string,
    readonly blame: Blame,
    /** The answer to the query was empty. */
    readonly noValues = false,
  ) {
    super(message);
  }

  /** The failure says nothing about the canary. */
  get providerError(): boolean {
    return this.blame !== 'canary';
  }
}

/** Who is to blame: the canary or its user, the provider, or nobody. */
type Blame = 'canary' | 'provider' | 'nobody';

/** Wordings of a failure; Flagger's messages differ by step. */
export interface Sayings {
  readonly failed: (error: string) => string;
  /** Where undefined, like any other failure. */
  readonly noValues?: (error: string) => string;
}

/**
 * Takes a step, and words its failure.
 *
 * A mistake that only the user can fix (a missing template, a bad query) and a possible fault of the canary (no values)
 * are failed checks, as in Flagger. A missing answer of the provider or of Kubernetes is distinguished: it says nothing
 * about the canary; nor does a value that can't be there yet. Bugs, and the reason of an aborted signal, are passed on.
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
 * The result of `read`.
 *
 * @param providerErrors what a failing provider leads to
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
