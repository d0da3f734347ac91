import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../../logging.js';
import { messageOf } from '../../errors.js';
import { LinkRefused } from '../../links/token.js';
import type { User } from '../auth/user.js';
import type { OfferedOrders, Question } from '../links/act.js';
import { Problem } from '../problems/problem.js';
import type { ChatUsers } from './users.js';

export interface SlackSettings {
  /** The app's; a secret. */
  readonly signingSecret: string;
  readonly users: ChatUsers;
  /** Where Slack accepts answers to clicks. */
  readonly answers?: string;
}

const ANSWERS = 'https://hooks.slack.com';

const clickSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string() }),
  response_url: z.string(),
  /** The message of the button; in a thread it names the message that began it. */
  message: z.object({ thread_ts: z.string().optional() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string() })).min(1),
});

type Click = z.output<typeof clickSchema>;

export interface SlackTools {
  readonly offered: OfferedOrders;
  readonly log: Logger;
  readonly now: () => number;
  /** @throws Problem where the user may not give this order to this release */
  readonly admit: (user: User, asked: Pick<Question, 'offer' | 'release'>) => Promise<void>;
  /** Posts JSON. @throws Error where that fails */
  readonly post: (url: string, body: object) => Promise<void>;
}

/**
 * Buttons that people click in Slack. A click counts only if its Slack user is mapped to a user of Kubernetes.
 *
 * @see https://docs.slack.dev/interactivity/handling-user-interaction
 */
export class SlackButtons {
  constructor(
    private readonly settings: SlackSettings,
    private readonly tools: SlackTools,
  ) {}

  /**
   * @param body unparsed
   * @throws Problem where it isn't from Slack, or isn't a click
   */
  read(body: string, headers: { readonly timestamp: string; readonly signature: string }): Click {
    if (!isFromSlack({ body, ...headers }, this.settings.signingSecret, this.tools.now())) {
      throw new Problem('unauthenticated', 'the request is not signed by Slack, or too old', {
        field: 'X-Slack-Signature',
        remedy: 'compare the signing secret with that of the app, and the clock of this machine',
      });
    }
    const payload = new URLSearchParams(body).get('payload');
    const parsed = clickSchema.safeParse(payload === null ? undefined : jsonOf(payload));
    if (!parsed.success) throw new Problem('bad-request', 'this is no click on a button of Serinus');
    const { response_url: url } = parsed.data;
    if (!URL.canParse(url) || new URL(url).origin !== (this.settings.answers ?? ANSWERS))
      throw new Problem('bad-request', 'the answer would not go to Slack');
    return parsed.data;
  }

  /** Gives the clicked order, and posts the result into the conversation. Never throws. */
  async carryOut(click: Click): Promise<void> {
    const text = await this.answerTo(click);
    const thread = click.message?.thread_ts;
    const answer = { response_type: 'in_channel', replace_original: false, text };
    try {
      await this.tools.post(click.response_url, thread === undefined ? answer : { ...answer, thread_ts: thread });
    } catch (error) {
      this.tools.log.error({ channel: 'chat' }, `Slack takes no answer to a click: ${messageOf(error)}`);
    }
  }

  private async answerTo({ user: { id }, actions: [action] }: Click): Promise<string> {
    const user = this.settings.users.get(id);
    if (!user || !action) {
      this.tools.log.warn({ audit: 'refused', user: id, channel: 'chat' }, `nobody knows the member ${id} of Slack`);
      return `<@${id}>, Serinus doesn't know you: have ${id} added to its file of Slack's users.`;
    }
    try {
      const asked = await this.tools.offered.ask(action.value);
      // An approval is refused for lack of groups, which this user may have.
      if (asked.refused !== undefined && asked.offer.order !== 'approve')
        return `<@${id}>, that can't be done now: ${asked.refused}.`;
      await this.tools.admit(user, asked);
      const actor = { by: user.username, groups: user.groups ?? [] };
      const { order, taken } = await this.tools.offered.give(asked, actor, 'by a button in Slack');
      const { name, namespace } = asked.release.canary;
      const pending = taken === true ? '' : '; no worker has taken it yet';
      return `<@${id}> (${user.username}): ${order} ${name}.${namespace}${pending}`;
    } catch (error) {
      if (error instanceof LinkRefused || error instanceof Problem)
        return `<@${id}>, that did not work: ${error.message}.`;
      this.tools.log.error({ channel: 'chat' }, messageOf(error));
      return `<@${id}>, that did not work, for a reason that is in the log of Serinus.`;
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Older requests may have been recorded and replayed. */
const LONGEST_SECONDS = 300;

/**
 * Whether a request comes from Slack: the HMAC-SHA256 of version, time and body under the app's signing secret.
 *
 * @param now milliseconds since 1970
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function isFromSlack(
  request: { readonly body: string; readonly timestamp: string; readonly signature: string },
  secret: string,
  now: number,
): boolean {
  const { body, timestamp, signature } = request;
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > LONGEST_SECONDS) return false;
  const due = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === due.length && timingSafeEqual(given, due);
}
