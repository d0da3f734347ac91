import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { Order } from '../domain/orders/orders.js';
import type { Change } from '../domain/state.js';
import { canaryOfWorkflow, type RolloutInput } from './contract.js';

/** Of runs that were started by hand. */
const LEASE_SECONDS = 60;
const SOMEBODY = 'somebody with access to Temporal';

/**
 * What a run is started with, completed by what its workflow id says.
 *
 * @throws ApplicationFailure where that isn't the id of a Canary's workflow
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

/** Why a run is there that an order has been handed on to. */
export function causeOf(order: Order): Change {
  const { by, reason, requestId } = order;
  const of = 'of' in order && order.of !== undefined ? { of: order.of } : {};
  return { id: requestId, kind: 'order', by, reason, requestId, ...of };
}
