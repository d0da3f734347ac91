import type { AlertService, AlertText } from './port.js';
import { titleOf } from './port.js';

/** Names of Adaptive Cards for the colours of a text. */
const COLORS = { info: 'good', warn: 'warning', error: 'attention' } as const;
/** What Teams shows on desktop and on phones. */
const CARD_VERSION = '1.4';

/**
 * Microsoft Teams: an Adaptive Card for a webhook of the Workflows app ("When a Teams webhook request is received").
 * Connectors, which are being retired, take the older MessageCard.
 *
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 * @see https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook
 * @see https://adaptivecards.io/explorer/AdaptiveCard.html
 */
export const msteams: AlertService = {
  type: 'msteams',
  alert: (alert, to) => ({
    url: to.address,
    body: isConnector(to.address) ? messageCard(alert) : adaptiveCard(alert),
  }),
};

function adaptiveCard(alert: AlertText): object {
  return {
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
  };
}

function openPage({ label, url }: AlertText['offers'][number]): object {
  return { type: 'Action.OpenUrl', title: label, url };
}

function text(content: string, look: object): object {
  return { type: 'TextBlock', text: content, wrap: true, ...look };
}

function factsOf(fields: readonly { readonly name: string; readonly value: string }[]): object {
  return { type: 'FactSet', facts: fields.map(({ name, value }) => ({ title: name, value })) };
}

/** Addresses from before Workflows; they expect the older card. */
const CONNECTORS = /(^|\.)webhook\.office\.com$|^outlook\.office(365)?\.com$/;

function isConnector(address: string): boolean {
  return URL.canParse(address) && CONNECTORS.test(new URL(address).hostname);
}

/** Flagger's message, in its order. */
function messageCard(alert: AlertText): object {
  const { severity, message, fields, offers } = alert;
  return {
    '@type': 'MessageCard',
    '@context': 'http://schema.org/extensions',
    themeColor: severity === 'error' ? 'FF0000' : '0076D7',
    summary: titleOf(alert),
    sections: [
      {
        activityTitle: message,
        activitySubtitle: titleOf(alert),
        facts: fields.map(({ name, value }) => ({ name, value })),
      },
    ],
    ...(offers.length === 0 ? {} : { potentialAction: offers.map(openUri) }),
  };
}

function openUri({ label, url }: AlertText['offers'][number]): object {
  return { '@type': 'OpenUri', name: label, targets: [{ os: 'default', uri: url }] };
}
