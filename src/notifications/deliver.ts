import type { Canary } from '../crds/canary.js';
import type { Round, DeliveryResult } from '../domain/notices/outbox.js';
import type { DeliverInput } from '../workflows/activities.js';
import { readCanary } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';
import { idempotencyKey } from '../webhooks/idempotency-key.js';
import type { Recipient } from './port.js';
import { recipientsOf } from './recipients.js';

/**
 * Delivers a round to all recipients of a Canary: to each in order, up to the first notice that it doesn't accept now,
 * and no recipient waits for another.
 *
 * @returns the result for each; a failure is a result
 * @throws whatever `signal` was aborted with: the round is then repeated, and receivers recognise repetitions by their
 *   key
 */
export async function deliver(
  deps: Dependencies,
  input: DeliverInput,
  signal: AbortSignal,
): Promise<readonly DeliveryResult[]> {
  const { canary: key, origin, round } = input;
  // A cache that doesn't have the Canary yet is no reason to notify no one.
  const view = (await readCanary(deps, key)) ?? (await readCanary(deps, key, true));
  if (!view) return [nobodyLeft(round)];
  const listeners = view.canary === undefined ? [] : whoIsDue(deps, view.canary, origin, round);
  return Promise.all(listeners.map((recipient) => notifyInOrder(deps, recipient, origin, round, signal)));
}

function whoIsDue(deps: Dependencies, canary: Canary, origin: string, { later }: Round): readonly Recipient[] {
  return recipientsOf(deps, canary, origin).filter(({ to }) => !later.includes(to));
}

async function notifyInOrder(
  deps: Dependencies,
  recipient: Recipient,
  origin: string,
  round: Round,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const { to } = recipient;
  const refused: { seq: number; error: string }[] = [];
  let through = round.again[to] ?? round.offered;
  let thread = round.threads?.[to];
  const result = (): DeliveryResult => ({ to, through, refused, ...(thread === undefined ? {} : { thread }) });
  for (const notice of round.notices.filter(({ seq }) => seq > through)) {
    if (recipient.wants(notice)) {
      const sent = await recipient.notify(notice, idempotencyKey(origin, notice.seq, to), signal, thread);
      deps.meters.delivered(notice.kind, sent.ok ? 'delivered' : sent.mayPass ? 'failed' : 'refused');
      if (!sent.ok && sent.mayPass) {
        const { error, retryAfterMs } = sent;
        return { ...result(), error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
      }
      if (sent.ok) thread = sent.thread ?? thread;
      else refused.push({ seq: notice.seq, error: sent.error });
    }
    through = notice.seq;
  }
  return result();
}

/** The recipients were named in the Canary. */
function nobodyLeft({ notices, offered }: Round): DeliveryResult {
  const error = 'the Canary is gone, and with it who listened';
  return {
    to: 'everybody',
    through: notices.at(-1)?.seq ?? offered,
    refused: notices.map(({ seq }) => ({ seq, error })),
  };
}
