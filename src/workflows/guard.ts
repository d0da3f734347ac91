import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  isCancellation,
  log,
} from '@temporalio/workflow';

/**
 * Runs a release so that traffic ends on a healthy version whatever goes wrong: a bug in the workflow (which would
 * otherwise leave it running for ever with its traffic shifted), a cancel request, an activity out of attempts.
 *
 * @param rollBack returns traffic to the primary; called in a scope that a cancel request doesn't reach
 * @throws the cancellation, so that the run closes as cancelled; else a failure of type `RolledBack`
 */
export async function guarded<T>(run: () => Promise<T>, rollBack: (why: string) => Promise<void>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // Continuing as new isn't an error, only thrown like one.
    if (error instanceof ContinueAsNew) throw error;
    const cancelled = isCancellation(error);
    const why = cancelled ? 'its workflow was cancelled' : `its workflow failed: ${describe(error)}`;
    log.warn('rolling back', { why });
    await CancellationScope.nonCancellable(() => rollBack(why));
    if (cancelled) throw error;
    throw ApplicationFailure.create({ type: 'RolledBack', nonRetryable: true, message: why });
  }
}

function describe(error: unknown): string {
  if (error instanceof ActivityFailure) return error.cause?.message ?? error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
