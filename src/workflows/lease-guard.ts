import { workflowInfo } from '@temporalio/workflow';
import { leaseTerm } from '../domain/decision/plan.js';
import type { CanaryKey } from '../domain/identity.js';
import type { RunState } from '../domain/state.js';
import type { LeaseGuard } from './activities.js';

/** The run that is carried out. */
export interface Whose {
  readonly canary: CanaryKey;
  /** Id of the release. */
  readonly release: string;
  /** Shortest term of the Lease. */
  readonly leaseSeconds: number;
}

/**
 * What an activity has to know so that it acts only as long as the run holds its Lease.
 *
 * @param next the state that follows what the activity does: it says for how long the Lease is needed
 */
export function guardOf(whose: Whose, state: RunState, next: RunState = state): LeaseGuard {
  return {
    canary: whose.canary,
    fence: { epoch: state.epoch, seq: state.seq },
    lease: leaseTerm(next, whose.leaseSeconds),
    holder: holderOf(),
    uid: state.uid,
  };
}

/** Names the holder of the Lease: the same through a chain of runs that continue as new. */
export function holderOf(): string {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  return `${workflowId}/${firstExecutionRunId}`;
}
