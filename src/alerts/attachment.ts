import type { Severity } from '../domain/notices.js';
import { titleOf, type AlertText, type Destination } from './port.js';

/**
 * Slack's message with one attachment, which Discord and Rocket.Chat take as well; the keys and their order are
 * Flagger's.
 *
 * @see https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
 */
export function attachmentOf(alert: AlertText, to: Destination, colors: Readonly<Record<Severity, string>>): object {
  return {
    channel: to.channel,
    username: to.username,
    icon_url: '',
    icon_emoji: ':rocket:',
    attachments: [
      {
        color: colors[alert.severity],
        author_name: titleOf(alert),
        text: alert.message,
        mrkdwn_in: ['text'],
        fields: alert.fields.map(({ name, value }) => ({ title: name, value, short: false })),
      },
    ],
  };
}
