import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { FencedError, messageOf, UserError } from '../errors.js';

/** Turns what an activity threw into the failure the workflow tells apart by its type; the only place that does. */
export function toFailure(error: unknown): unknown {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (error instanceof FencedError) return failure('Fenced', error, true);
  if (error instanceof UserError) return failure('UserError', error, true);
  // A bug here may be a bug of this version only: another attempt may meet another worker.
  return error;
}

function failure(type: string, error: Error, benign: boolean): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message: messageOf(error),
    nonRetryable: true,
    ...(benign ? { category: 'BENIGN' as const } : {}),
  });
}
