import { messageOf, TransientError, UserError } from '../errors.js';

/**
 * The error for the caller after a store's failure.
 *
 * @param where the archive, without secret parts of its address
 * @param forPeople codes of what a user must fix; everything else may pass by itself
 */
export function failureOf(where: string, error: unknown, forPeople: RegExp): UserError | TransientError {
  if (error instanceof UserError || error instanceof TransientError) return error;
  const message = `the archive ${where} can't be used: ${wordsOf(error)}`;
  return forPeople.test(codeOf(error))
    ? new UserError(message, { cause: error })
    : new TransientError(message, { cause: error });
}

/** The code, or else the name, that identifies a driver's error. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** A host with several addresses fails once for each. */
function wordsOf(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join(', ') : messageOf(error);
}
