import { createHmac } from 'node:crypto';
import { titleOf, type AlertService, type AlertText } from './port.js';

const TEMPLATES = { info: 'green', warn: 'orange', error: 'red' } as const;
/** Lark is overloaded, or the bot sends too much at once. */
const PASSING = [11232, 99991400, 9499];

/**
 * Lark and Feishu: a message card for a custom bot. A token is the secret of its signature verification. Failures come
 * with status 200 and a code that isn't zero.
 *
 * @see https://open.larksuite.com/document/client-docs/bot-v3/add-custom-bot
 */
export const lark: AlertService = {
  type: 'lark',
  alert: (alert, to, now) => ({
    url: to.address,
    body: {
      ...(to.token === undefined ? {} : signature(to.token, Math.floor(now / 1000))),
      msg_type: 'interactive',
      card: {
        config: { wide_screen_mode: true },
        header: { title: { tag: 'plain_text', content: titleOf(alert) }, template: TEMPLATES[alert.severity] },
        elements: [
          { tag: 'div', text: { tag: 'plain_text', content: alert.message } },
          ...(alert.fields.length === 0 ? [] : [{ tag: 'div', fields: alert.fields.map(fieldOf) }]),
          ...(alert.offers.length === 0 ? [] : [{ tag: 'action', actions: alert.offers.map(buttonOf) }]),
        ],
      },
    },
  }),
  complaint: (body) => {
    const code = Number(/"(?:code|StatusCode)"\s*:\s*(\d+)/.exec(body)?.[1] ?? 0);
    return code === 0 ? undefined : { error: `Lark answered with code ${code}`, mayPass: PASSING.includes(code) };
  },
};

/**
 * The key consists of the timestamp (seconds) and the secret, and the text is empty, according to the bot's
 * documentation.
 */
function signature(secret: string, seconds: number): object {
  const sign = createHmac('sha256', `${seconds}\n${secret}`).update('').digest('base64');
  return { timestamp: String(seconds), sign };
}

function buttonOf({ label, url }: AlertText['offers'][number]): object {
  return { tag: 'button', text: { tag: 'plain_text', content: label }, type: 'default', url };
}

function fieldOf({ name, value }: { readonly name: string; readonly value: string }): object {
  return { is_short: false, text: { tag: 'plain_text', content: `${name}: ${value}` } };
}
