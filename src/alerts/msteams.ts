import type { AlertService, AlertText } from './port.js';
import { titleOf } from './port.js';

/** Names of Adaptive Cards for the colours of a text. */
const COLORS = { info: 'good', warn: 'warning', error: 'attention' } as const;
/** What Teams shows on desktop and on phones. */
const CARD_VERSION = '1.4';

/**
 * Microsoft Teams: an Adaptive Card for a webhook of the Workflows app ("When a Teams webhook request is received").
 * The connectors that took the older MessageCard are retired.
 *
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 * @see https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook
 * @see https://adaptivecards.io/explorer/AdaptiveCard.html
 */
export const msteams: AlertService = {
  type: 'msteams',
  alert: (alert, to) => ({
    url: to.address,
    body: {
      type: 'message',
      summary: titleOf(alert),
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: CARD_VERSION,
            msteams: { width: 'Full' },
            body: [
              text(alert.message, { weight: 'bolder', size: 'medium', color: COLORS[alert.severity] }),
              text(titleOf(alert), { isSubtle: true, spacing: 'none' }),
              ...(alert.fields.length === 0 ? [] : [factsOf(alert.fields)]),
            ],
            ...(alert.offers.length === 0 ? {} : { actions: alert.offers.map(openPage) }),
          },
        },
      ],
    },
  }),
};

function openPage({ label, url }: AlertText['offers'][number]): object {
  return { type: 'Action.OpenUrl', title: label, url };
}

function text(content: string, look: object): object {
  return { type: 'TextBlock', text: content, wrap: true, ...look };
}

function factsOf(fields: readonly { readonly name: string; readonly value: string }[]): object {
  return { type: 'FactSet', facts: fields.map(({ name, value }) => ({ title: name, value })) };
}
