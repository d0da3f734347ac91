import type { Severity, Topic } from '../domain/notices/notice.js';
import { attachmentOf } from './attachment.js';
import type { AlertService, AlertText, Destination } from './port.js';

/** Slack's own names for green, yellow and red. */
export const COLORS: Readonly<Record<Severity, string>> = { info: 'good', warn: 'warning', error: 'danger' };

/** Errors of `chat.postMessage` that pass by themselves. */
const PASSING = ['ratelimited', 'rate_limited', 'internal_error', 'fatal_error', 'service_unavailable'];

/** News for people who don't follow a release: the channel sees it, too. */
const BROADCAST: readonly Topic[] = ['waiting', 'promoted', 'failed', 'stopped'];

/**
 * Slack: an incoming webhook, or with a token the method `chat.postMessage`, whose address is
 * `https://slack.com/api/chat.postMessage` and whose failures come with status 200. The method returns the id of its
 * message, so later messages are replies to it; a webhook returns none.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * @see https://docs.slack.dev/reference/methods/chat.postMessage
 */
export const slack: AlertService = {
  type: 'slack',
  alert: (alert, to) => ({
    url: to.address,
    body: { ...withButtons(alert, attachmentOf(alert, to, COLORS)), ...replyOf(alert, to) },
    ...(to.token === undefined ? {} : { headers: { Authorization: `Bearer ${to.token}` } }),
  }),
  complaint: (body) => {
    const error = /"ok"\s*:\s*false/.test(body)
      ? (/"error"\s*:\s*"([a-z_]{1,60})"/.exec(body)?.[1] ?? 'not ok')
      : undefined;
    return error === undefined ? undefined : { error: `Slack says ${error}`, mayPass: PASSING.includes(error) };
  },
  // Replies go to the first message of a thread, never to another reply.
  thread: (body, to) => {
    const ts = parentIn(to) ?? postedAs(body);
    return ts === undefined ? undefined : `${to.channel}/${ts}`;
  },
};

function replyOf({ topic }: AlertText, to: Destination): object {
  const ts = parentIn(to);
  if (ts === undefined) return {};
  return { thread_ts: ts, ...(BROADCAST.includes(topic) ? { reply_broadcast: true } : {}) };
}

/** @returns undefined also where the release's messages have been in another channel so far */
function parentIn({ channel, thread }: Destination): string | undefined {
  const prefix = `${channel}/`;
  return thread?.startsWith(prefix) ? thread.slice(prefix.length) : undefined;
}

/** The message's `ts`: the answer has it at its top level, and again in the message. */
function postedAs(body: string): string | undefined {
  return /"ok"\s*:\s*true/.test(body) ? /"ts"\s*:\s*"(\d+\.\d+)"/.exec(body)?.[1] : undefined;
}

/**
 * Buttons are blocks, which attachments of the older kind can't contain: they get an attachment of their own.
 *
 * @see https://docs.slack.dev/reference/block-kit/blocks/actions-block
 */
function withButtons(alert: AlertText, message: { readonly attachments: readonly object[] }): object {
  const elements = alert.offers.flatMap(({ order, label, token }) =>
    token === undefined ? [] : [buttonOf(order, label, token)],
  );
  if (elements.length === 0) return message;
  const buttons = { color: COLORS[alert.severity], blocks: [{ type: 'actions', elements }] };
  return { ...message, attachments: [...message.attachments, buttons] };
}

function buttonOf(order: string, label: string, value: string): object {
  const style =
    order === 'approve' ? { style: 'primary' } : order === 'abort' || order === 'reject' ? { style: 'danger' } : {};
  return { type: 'button', action_id: `serinus.${order}`, text: { type: 'plain_text', text: label }, value, ...style };
}
