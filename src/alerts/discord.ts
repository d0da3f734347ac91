import { attachmentOf } from './attachment.js';
import type { AlertService } from './port.js';
import { COLORS } from './slack.js';

/**
 * Discord's endpoint for Slack's messages: the address of a webhook, with or without the `/slack` at its end.
 *
 * @see https://discord.com/developers/docs/resources/webhook#execute-slackcompatible-webhook
 */
export const discord: AlertService = {
  type: 'discord',
  alert: (alert, to) => ({ url: slackDoor(to.address), body: attachmentOf(alert, to, COLORS) }),
};

/** The query, for instance `?thread_id=…`, stays where it belongs. */
function slackDoor(address: string): string {
  const url = new URL(address);
  if (!url.pathname.endsWith('/slack')) url.pathname = `${url.pathname.replace(/\/$/, '')}/slack`;
  return url.href;
}
