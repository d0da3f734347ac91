import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { REFUSED } from '../domain/steps/failed.js';
import { FencedError, ForeignError, messageOf, RefusedError, UserError } from '../errors.js';
import { refusalIn } from '../kube/refusals.js';
import type { FailureDetails } from '../workflows/activities.js';
import { saidBefore } from './said.js';

/**
 * Turns what an activity threw into the failure that the workflow distinguishes by its type; the only place that does.
 *
 * @param answers what a refusal by the API server means: `final` where the workflow reports it and observes again
 *   later, `retried` where only the activity's attempts deal with it
 */
export function toFailure(thrown: unknown, answers: 'final' | 'retried'): unknown {
  const failed = reported(thrown, answers);
  const said = saidBefore(thrown);
  if (said.length === 0 || failed instanceof CancelledFailure || !(failed instanceof Error)) return failed;
  const details: [FailureDetails] = [{ said }];
  if (!(failed instanceof ApplicationFailure)) return ApplicationFailure.fromError(failed, { details });
  const { message, type, nonRetryable, category } = failed;
  return ApplicationFailure.create({
    message,
    details,
    nonRetryable: nonRetryable === true,
    ...(typeof type === 'string' ? { type } : {}),
    ...(category ? { category } : {}),
  });
}

function reported(thrown: unknown, answers: 'final' | 'retried'): unknown {
  const error = answers === 'final' ? refusalIn(thrown) : thrown;
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  // A foreign object is as good as a refusal: the condition says so, too.
  if (error instanceof RefusedError || error instanceof ForeignError) return failure(REFUSED, error, true);
  if (error instanceof FencedError) return failure('Fenced', error, true);
  if (error instanceof UserError) return failure('UserError', error, true);
  // A bug here may be a bug of this version only: the next attempt may reach another worker.
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
