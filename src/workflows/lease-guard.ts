import { workflowInfo } from '@temporalio/workflow';
import { leaseTerm } from '../domain/decision/plan.js';
import type { CanaryKey } from '../domain/identity.js';
import type { RunState } from '../domain/state.js';
import type { LeaseGuard } from './activities.js';

/** The run that acts. */
export interface Whose {
  readonly canary: CanaryKey;
  /** Id of the release. */
  readonly release: string;
  /** Shortest term of the Lease. */
  readonly leaseSeconds: number;
}

/**
 * What an activity needs so that it acts only as long as the run holds its Lease.
 *
 * @param next the state after the activity: it determines for how long the Lease is needed
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

/** Name of the Lease's holder: the same for all runs of a release. */
export function holderOf(): string {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  return `${workflowId}/${firstExecutionRunId}`;
}
