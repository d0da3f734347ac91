import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { Order } from '../domain/orders/orders.js';
import type { Change } from '../domain/state.js';
import { canaryOfWorkflow, type RolloutInput } from './contract.js';

/** For runs that people start by hand. */
const LEASE_SECONDS = 60;
const SOMEBODY = 'somebody with access to Temporal';

/**
 * The input of a run, completed from its workflow id.
 *
 * @throws ApplicationFailure where the id isn't that of a Canary's workflow
 */
export function completed(input: Partial<RolloutInput>): RolloutInput {
  const { workflowId, runId } = workflowInfo();
  const canary = input.canary ?? canaryOfWorkflow(workflowId);
  if (canary === undefined) {
    throw ApplicationFailure.create({
      type: 'UserError',
      nonRetryable: true,
      message: `workflow id "${workflowId}": use canary/<cluster>/<namespace>/<name>`,
    });
  }
  const cause: Change = input.cause ?? { id: runId, kind: 'order', by: SOMEBODY };
  return { ...input, canary, cause, leaseSeconds: input.leaseSeconds ?? LEASE_SECONDS };
}

/** The cause of a run that was started for an order. */
export function causeOf(order: Order): Change {
  const { by, reason, requestId } = order;
  const of = 'of' in order && order.of !== undefined ? { of: order.of } : {};
  return { id: requestId, kind: 'order', by, reason, requestId, ...of };
}
