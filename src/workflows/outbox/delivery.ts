import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { DeliveryInput, DeliveryOutcome } from '../contract.js';
import { OutboxDispatcher } from './outbox-dispatcher.js';

/**
 * Keeps notifying recipients that could not be notified while a release ran, so that the release can end. It ends when
 * all recipients have been notified, or count as gone.
 */
export async function delivery(input: DeliveryInput): Promise<DeliveryOutcome> {
  const { canary, origin } = input;
  const dispatcher = new OutboxDispatcher(canary, origin, input.outbox);
  const done = await dispatcher.finish(() => workflowInfo().continueAsNewSuggested);
  const undelivered = [...(input.undelivered ?? []), ...dispatcher.drain()];
  if (done) return { canary, undelivered };
  return continueAsNew<typeof delivery>({ canary, origin, outbox: dispatcher.rest, undelivered });
}
