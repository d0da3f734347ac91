import type { CanarySummary } from '../schema/canary.js';
import type { FleetStatus } from '../schema/standing.js';

/** Failed checks that make a running release worth a look. */
const HALTS = 3;

type Row = Pick<CanarySummary, 'phase' | 'problem' | 'missing' | 'message' | 'failedChecks'>;

/**
 * Why a Canary needs attention, in a few words; undefined where it doesn't.
 *
 * @param waiting what its run waits for: `resume`, or a gate
 */
export function attentionOf(row: Row, standing: FleetStatus, waiting?: string): string | undefined {
  switch (standing) {
    case 'invalid':
      return `the spec is not valid: ${row.problem}`;
    case 'blocked':
      return row.missing;
    case 'failed':
      return row.message === '' ? 'failed' : `failed: ${row.message}`;
    case 'regressed':
      return row.message;
    case 'paused':
      return 'paused';
    case 'waiting':
      return `waits for approval (${waiting ?? gateOf(row)})`;
    case 'progressing':
    case 'promoting':
      return row.failedChecks >= HALTS ? `halted: ${row.failedChecks} failed checks` : undefined;
    case 'undone':
    case 'suspended':
    case 'starting':
    case 'succeeded':
    case 'initialized':
    case 'leaving':
      return undefined;
  }
}

function gateOf({ phase }: Pick<Row, 'phase'>): string {
  return phase === 'WaitingPromotion' ? 'confirm-promotion' : 'confirm-rollout';
}
