import type { Severity } from '../domain/notices/notice.js';
import { titleOf, type AlertText, type Destination } from './port.js';

/**
 * Slack's message with one attachment, which Discord and Rocket.Chat accept as well; the keys and their order are
 * Flagger's. Offered orders are links under the text.
 * @see https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
 */
export function attachmentOf(
  alert: AlertText,
  to: Destination,
  colors: Readonly<Record<Severity, string>>,
): { readonly attachments: readonly object[] } & Readonly<Record<string, unknown>> {
  return {
    channel: to.channel,
    username: to.username,
    icon_url: '',
    icon_emoji: ':rocket:',
    attachments: [
      {
        color: colors[alert.severity],
        author_name: titleOf(alert),
        text: [alert.message, ...linksOf(alert)].join('\n'),
        mrkdwn_in: ['text'],
        fields: alert.fields.map(({ name, value }) => ({ title: name, value, short: false })),
      },
    ],
  };
}

/** Slack's own notation, which Rocket.Chat and Discord's endpoint for Slack understand, too. */
function linksOf(alert: AlertText): string[] {
  const links = alert.offers.filter(({ token }) => token === undefined);
  return links.length === 0 ? [] : [links.map(({ label, url }) => `<${url}|${label}>`).join('  ·  ')];
}
