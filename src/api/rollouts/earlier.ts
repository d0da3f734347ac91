import type { CanaryKey } from '../../domain/identity.js';
import type { SubmitAnswer } from '../../workflows/contract.js';
import type { Run } from '../releases/run.js';
import type { Runs } from '../releases/runs.js';
import type { Accepted } from '../schema/requests.js';
import { accepted } from './accepted.js';

/**
 * The answer to a request that was carried out before, by this process or another.
 *
 * The newest run knows the submissions that it received. Older runs, and requests left as a signal, are found by the
 * request id that Temporal has indexed.
 */
export async function earlier(
  runs: Runs,
  canary: CanaryKey,
  changeId: string,
  requestId: string,
): Promise<Accepted | undefined> {
  const answer = await runs.submitted(canary, changeId);
  if (answer) {
    const run = await runs.find({ canary, runId: answer.runId });
    if (run) return answerOf(runs, run, answer, requestId);
  }
  const latest = await runs.latest(canary);
  const run = latest?.requestId === requestId ? latest : await runs.byRequest(canary, requestId);
  // A run that was started for a request has answered its sender then.
  return run && answerOf(runs, run, { verdict: 'started', runId: run.runId }, requestId);
}

async function answerOf(runs: Runs, run: Run, answer: SubmitAnswer, requestId: string): Promise<Accepted> {
  const revision = (await requested(runs, run, requestId)) ?? run.revision ?? '';
  return accepted(run.canary, revision, answer);
}

/** The revision that was requested, where the run still knows it; it may have continued with a newer one since. */
async function requested(runs: Runs, run: Run, requestId: string): Promise<string | undefined> {
  const answer = (await runs.outcome(run)) ?? (await runs.view(run));
  const cause = 'unavailable' in answer ? undefined : 'state' in answer ? answer.state?.cause : answer.cause;
  return cause?.requestId === requestId ? cause.revision : undefined;
}
