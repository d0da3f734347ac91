import type { CanarySummary } from '../schema/canary.js';

/** Failed checks from which on a release that goes on is worth a look. */
const HALTS = 3;

/**
 * Why somebody should look at a Canary, in a few words; undefined where nobody need.
 *
 * @param waiting what its run says that it waits for: `resume`, or a gate
 */
export function attentionOf(row: CanarySummary, waiting?: string): string | undefined {
  if (row.problem !== undefined) return `the spec is not valid: ${row.problem}`;
  if (row.phase === 'Failed') return row.message === '' ? 'failed' : `failed: ${row.message}`;
  if (!row.releaseUnderWay) return undefined;
  if (waiting === 'resume') return 'paused';
  if (waiting !== undefined) return `waits for approval (${waiting})`;
  if (row.phase === 'Waiting') return 'waits for approval (confirm-rollout)';
  if (row.phase === 'WaitingPromotion') return 'waits for approval (confirm-promotion)';
  return row.failedChecks >= HALTS ? `halted: ${row.failedChecks} failed checks` : undefined;
}
