import type { Canary } from '../crds/canary.js';
import { alertRecipients } from './alerts.js';
import { cloudEventRecipients } from './cloud-events.js';
import { commitRecipients } from './commits.js';
import type { Dependencies } from '../dependencies.js';
import { eventRecipients } from './events.js';
import type { Recipient } from './port.js';

/**
 * All recipients of a Canary's notices.
 *
 * @param origin names the release, see `DeliverInput.origin`
 */
export function recipientsOf(deps: Dependencies, canary: Canary, origin: string): readonly Recipient[] {
  const sources = [eventRecipients, cloudEventRecipients, commitRecipients, alertRecipients];
  return distinct(sources.flatMap((recipients) => recipients(deps, canary, origin)));
}

/** There may be several with the same name: the second is called `alert on-call (2)`. */
function distinct(recipients: readonly Recipient[]): readonly Recipient[] {
  const seen = new Map<string, number>();
  return recipients.map((recipient) => {
    const nth = (seen.get(recipient.to) ?? 0) + 1;
    seen.set(recipient.to, nth);
    return nth === 1 ? recipient : { ...recipient, to: `${recipient.to} (${nth})` };
  });
}
