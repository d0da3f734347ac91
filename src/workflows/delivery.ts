import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { DeliveryInput, DeliveryOutcome } from './contract.js';
import { Courier } from './courier.js';

/**
 * Goes on telling those who could not be told while a release ran, so that the release can end. It ends when everybody
 * has been told, or is taken for gone.
 */
export async function delivery(input: DeliveryInput): Promise<DeliveryOutcome> {
  const { canary, origin } = input;
  const courier = new Courier(canary, origin, input.outbox);
  const done = await courier.finish(() => workflowInfo().continueAsNewSuggested);
  const undelivered = [...(input.undelivered ?? []), ...courier.drain()];
  if (done) return { canary, undelivered };
  return continueAsNew<typeof delivery>({ canary, origin, outbox: courier.rest, undelivered });
}
