import type { Sent } from '../alerts/send.js';
import type { Canary } from '../crds/canary.js';
import type { Numbered } from '../domain/outbox.js';
import { alertRecipients } from './alert-recipients.js';
import { cloudEventRecipients } from './cloud-event-recipients.js';
import { commitRecipients } from './commit-recipients.js';
import type { Dependencies } from './dependencies.js';
import { eventRecipients } from './event-recipients.js';

/** Somebody who is told of a release. */
export interface Recipient {
  /** Names it in the record; the same from one attempt to the next. */
  readonly to: string;
  wants(notice: Numbered): boolean;
  /**
   * Tells it, once.
   *
   * @param key the same for each repetition of this notice
   * @param thread the conversation that earlier notices of the release are in, where one was named
   * @throws whatever `signal` was aborted with
   */
  tell(notice: Numbered, key: string, signal: AbortSignal, thread: string | undefined): Promise<Sent>;
}

/**
 * All who are told of a Canary's releases.
 *
 * @param origin names the release, see `DeliverInput.origin`
 */
export function recipientsOf(deps: Dependencies, canary: Canary, origin: string): readonly Recipient[] {
  const sources = [eventRecipients, cloudEventRecipients, commitRecipients, alertRecipients];
  return distinct(sources.flatMap((recipients) => recipients(deps, canary, origin)));
}

/** Of the same name there may be several: the second is called `alert on-call (2)`. */
function distinct(recipients: readonly Recipient[]): readonly Recipient[] {
  const seen = new Map<string, number>();
  return recipients.map((recipient) => {
    const nth = (seen.get(recipient.to) ?? 0) + 1;
    seen.set(recipient.to, nth);
    return nth === 1 ? recipient : { ...recipient, to: `${recipient.to} (${nth})` };
  });
}
