import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { CanaryKey } from '../../domain/identity.js';
import type { RecordEntry } from '../../domain/record/record.js';
import { deliveryIdOf } from '../contract.js';
import type { OutboxDispatcher } from './outbox-dispatcher.js';
import { delivery } from './delivery.js';

/** How long an ended release waits for recipients that haven't been notified yet. */
const GRACE_MS = 10_000;

/**
 * Lets an ended release close although a recipient has not been notified: waits a moment, then passes the rest to a
 * workflow of its own.
 *
 * @param enough whether something is more important than waiting
 * @returns notices not delivered by now, for the record
 */
export async function detach(
  canary: CanaryKey,
  dispatcher: OutboxDispatcher,
  enough: () => boolean,
  graceMs = GRACE_MS,
): Promise<readonly RecordEntry[]> {
  await dispatcher.settle(graceMs, enough);
  const rest = await dispatcher.close();
  const lost = dispatcher.drain().map((one): RecordEntry => ({ at: Date.now(), what: 'undelivered', ...one }));
  if (rest === undefined) return lost;
  const { origin } = dispatcher;
  const handedTo = deliveryIdOf(canary, origin, rest.outbox.next);
  await startChild(delivery, {
    workflowId: handedTo,
    args: [{ canary, origin, outbox: rest.outbox }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${canary.name}.${canary.namespace}: notify ${rest.pending.map(({ to }) => to).join(', ')}`,
  });
  return [
    ...lost,
    ...rest.pending.map((one): RecordEntry => ({ at: Date.now(), what: 'undelivered', ...one, handedTo })),
  ];
}
