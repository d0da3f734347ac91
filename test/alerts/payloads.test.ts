import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alertmanager } from '../../src/alerts/alertmanager.js';
import { discord } from '../../src/alerts/discord.js';
import { googleChat } from '../../src/alerts/googlechat.js';
import { lark } from '../../src/alerts/lark.js';
import { msteams } from '../../src/alerts/msteams.js';
import type { AlertService, AlertText } from '../../src/alerts/port.js';
import { serviceFor } from '../../src/alerts/registry.js';
import { rocket } from '../../src/alerts/rocket.js';
import { slack } from '../../src/alerts/slack.js';
import { webhook } from '../../src/alerts/webhook.js';
import { ALERT_PROVIDER_TYPES } from '../../src/crds/schema/alert-provider.js';
import { FAILED, NOW, STARTED, TO, WAITING } from './fixtures.js';

/** As it goes out: through JSON, where what is undefined is left out. */
function sent(service: AlertService, alert: AlertText, to: Partial<typeof TO> = {}) {
  const post = service.alert(alert, { ...TO, ...to }, NOW);
  return {
    url: post.url,
    headers: post.headers,
    json: JSON.stringify(post.body),
    body: JSON.parse(JSON.stringify(post.body)) as unknown,
  };
}

test('every type that the CRD knows has a service of that type', () => {
  for (const type of ALERT_PROVIDER_TYPES) assert.equal(serviceFor(type).type, type);
});

/** https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments */
describe('Slack', () => {
  test('takes one attachment, with Flagger’s keys in Flagger’s order', () => {
    assert.equal(
      sent(slack, { ...STARTED, fields: STARTED.fields.slice(0, 1) }).json,
      '{"channel":"general","username":"flagger","icon_url":"","icon_emoji":":rocket:",' +
        '"attachments":[{"color":"good","author_name":"cart.shop",' +
        '"text":"New revision detected, progressing canary analysis.","mrkdwn_in":["text"],' +
        '"fields":[{"title":"Target","value":"Deployment/cart.shop","short":false}]}]}',
    );
  });

  test('shows the severity in its own names for colours', () => {
    assert.match(sent(slack, WAITING).json, /"color":"warning"/);
    assert.match(sent(slack, FAILED).json, /"color":"danger".*"fields":\[\]/);
  });

  /** https://docs.slack.dev/reference/methods/chat.postMessage */
  test('with a token: a bearer token, and failures that come with status 200', () => {
    const address = 'https://slack.com/api/chat.postMessage';
    const { url, headers } = sent(slack, FAILED, { address, token: 'xoxb-1' });
    assert.deepEqual([url, headers], [address, { Authorization: 'Bearer xoxb-1' }]);
    assert.equal(sent(slack, FAILED).headers, undefined);
    assert.equal(slack.complaint?.('ok'), undefined);
    assert.equal(slack.complaint?.('{"ok":true,"channel":"C1"}'), undefined);
    assert.deepEqual(slack.complaint?.('{"ok":false,"error":"channel_not_found"}'), {
      error: 'Slack says channel_not_found',
      mayPass: false,
    });
    assert.equal(slack.complaint?.('{"ok": false, "error": "ratelimited"}')?.mayPass, true);
  });

  describe('all messages about a release are one thread', () => {
    const to = { ...TO, address: 'https://slack.com/api/chat.postMessage', token: 'xoxb-1' };
    const first =
      '{"ok":true,"channel":"C123ABC456","ts":"1503435956.000247",' +
      '"message":{"text":"","username":"flagger","bot_id":"B123ABC456","type":"message","ts":"1503435956.000247"}}';
    const reply = first.replaceAll('000247', '000301').replace('"text"', '"thread_ts":"1503435956.000247","text"');
    const extras = (alert: AlertText, thread: string | undefined) => {
      const { channel, thread_ts, reply_broadcast } = sent(slack, alert, { ...to, thread }).body as Record<
        string,
        string
      >;
      return { channel, thread_ts, reply_broadcast };
    };

    test('that starts with the first message and has the others as replies to it', () => {
      const thread = slack.thread?.(first, to);
      assert.equal(thread, 'general/1503435956.000247');
      assert.deepEqual(extras(STARTED, thread), {
        channel: 'general',
        thread_ts: '1503435956.000247',
        reply_broadcast: undefined,
      });
      assert.equal(slack.thread?.(reply, { ...to, thread }), thread, 'nobody replies to a reply');
      assert.doesNotMatch(sent(slack, STARTED, to).json, /thread_ts|reply_broadcast/);
    });

    test('of which the channel sees what is not mere progress', () => {
      const topics = ['initialized', 'progressing', 'waiting', 'failed', 'stopped', 'promoted'] as const;
      const seen = topics.filter((topic) => extras({ ...STARTED, topic }, 'general/1.2').reply_broadcast);
      assert.deepEqual(seen, ['waiting', 'failed', 'stopped', 'promoted']);
    });

    test('and begins anew in another channel', () => {
      const elsewhere = { ...to, channel: 'ops', thread: 'general/1503435956.000247' };
      assert.equal(extras(FAILED, 'ops/1503435956.000247').thread_ts, undefined);
      assert.equal(slack.thread?.(reply, elsewhere), 'ops/1503435956.000301');
    });

    test('for which a webhook names no message', () => {
      for (const answer of ['ok', '', '{"ok":false,"ts":"1503435956.000247"}', '{"ok":true,"ts":"soon"}'])
        assert.equal(slack.thread?.(answer, TO), undefined, answer);
    });
  });
});

/** https://discord.com/developers/docs/resources/webhook#execute-slackcompatible-webhook */
describe('Discord', () => {
  const address = 'https://discord.com/api/webhooks/1/token';
  test('takes Slack’s messages at /slack', () => {
    assert.equal(sent(discord, STARTED, { address }).url, `${address}/slack`);
    assert.equal(sent(discord, STARTED, { address: `${address}/slack` }).url, `${address}/slack`);
    assert.equal(sent(discord, STARTED, { address: `${address}/` }).url, `${address}/slack`);
    assert.equal(sent(discord, STARTED, { address: `${address}?thread_id=7` }).url, `${address}/slack?thread_id=7`);
    assert.deepEqual(sent(discord, FAILED).body, sent(slack, FAILED).body);
  });
});

/** https://docs.rocket.chat/docs/integrations */
describe('Rocket.Chat', () => {
  test('takes the same, with colours as CSS writes them', () => {
    assert.match(sent(rocket, STARTED).json, /"color":"#0076D7"/);
    assert.match(sent(rocket, FAILED).json, /"color":"#FF0000"/);
    assert.deepEqual(sent(rocket, STARTED).url, TO.address);
  });

  test('says in the body that it has failed', () => {
    assert.equal(rocket.complaint?.('{"success":true}'), undefined);
    assert.equal(rocket.complaint?.('{"success": false}')?.mayPass, false);
  });
});

/** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using */
describe('Microsoft Teams', () => {
  test('takes a message with one Adaptive Card', () => {
    assert.deepEqual(sent(msteams, { ...STARTED, fields: STARTED.fields.slice(0, 1) }).body, {
      type: 'message',
      summary: 'cart.shop',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            msteams: { width: 'Full' },
            body: [
              {
                type: 'TextBlock',
                text: 'New revision detected, progressing canary analysis.',
                wrap: true,
                weight: 'bolder',
                size: 'medium',
                color: 'good',
              },
              { type: 'TextBlock', text: 'cart.shop', wrap: true, isSubtle: true, spacing: 'none' },
              { type: 'FactSet', facts: [{ title: 'Target', value: 'Deployment/cart.shop' }] },
            ],
          },
        },
      ],
    });
  });

  /** https://learn.microsoft.com/outlook/actionable-messages/message-card-reference */
  test('gets the older card at an address of a connector', () => {
    const address = 'https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d';
    assert.equal(
      sent(msteams, { ...STARTED, fields: STARTED.fields.slice(0, 1) }, { address }).json,
      '{"@type":"MessageCard","@context":"http://schema.org/extensions","themeColor":"0076D7","summary":"cart.shop",' +
        '"sections":[{"activityTitle":"New revision detected, progressing canary analysis.",' +
        '"activitySubtitle":"cart.shop","facts":[{"name":"Target","value":"Deployment/cart.shop"}]}]}',
    );
    assert.match(sent(msteams, FAILED, { address }).json, /"themeColor":"FF0000"/);
    const offers = [{ order: 'approve', label: 'Approve', url: 'https://s.example/act/a', token: undefined }] as const;
    assert.match(sent(msteams, { ...WAITING, offers }, { address }).json, /"OpenUri","name":"Approve"/);
    for (const old of ['https://outlook.office.com/webhook/a', 'https://outlook.office365.com/webhook/a'])
      assert.match(sent(msteams, FAILED, { address: old }).json, /MessageCard/);
    for (const other of [
      'https://webhook.office.com.example.org/a',
      'https://x.logic.azure.com/workflows/a',
      'nothing',
    ])
      assert.doesNotMatch(sent(msteams, FAILED, { address: other }).json, /MessageCard/);
  });

  test('gets no set of facts where there are none, and no older card elsewhere', () => {
    const { json } = sent(msteams, FAILED);
    assert.match(json, /"color":"attention"/);
    assert.doesNotMatch(json, /FactSet|MessageCard/);
  });
});

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/cards */
describe('Google Chat', () => {
  test('takes a card of version 2, and a text for where cards do not show', () => {
    assert.deepEqual(sent(googleChat, { ...STARTED, fields: STARTED.fields.slice(0, 1) }).body, {
      text: 'cart.shop: New revision detected, progressing canary analysis.',
      cardsV2: [
        {
          cardId: 'serinus',
          card: {
            header: { title: 'Serinus', subtitle: 'cart.shop' },
            sections: [
              {
                widgets: [
                  {
                    textParagraph: {
                      text: '<font color="#1a7f37"><b>New revision detected, progressing canary analysis.</b></font>',
                    },
                  },
                  { decoratedText: { topLabel: 'Target', text: 'Deployment/cart.shop', wrapText: true } },
                ],
              },
            ],
          },
        },
      ],
    });
  });

  test('is never given markup that an error text brings along', () => {
    const { json } = sent(googleChat, { ...FAILED, message: 'Promotion failed: 1 < 2 & <b>' });
    assert.match(json, /Promotion failed: 1 &lt; 2 &amp; &lt;b&gt;<\/b>/);
  });
});

/** https://open.larksuite.com/document/client-docs/bot-v3/add-custom-bot */
describe('Lark', () => {
  test('takes a message card', () => {
    assert.deepEqual(sent(lark, { ...FAILED, fields: STARTED.fields.slice(0, 1) }).body, {
      msg_type: 'interactive',
      card: {
        config: { wide_screen_mode: true },
        header: { title: { tag: 'plain_text', content: 'cart.shop' }, template: 'red' },
        elements: [
          { tag: 'div', text: { tag: 'plain_text', content: 'Failed checks threshold reached 5' } },
          {
            tag: 'div',
            fields: [{ is_short: false, text: { tag: 'plain_text', content: 'Target: Deployment/cart.shop' } }],
          },
        ],
      },
    });
  });

  test('is signed where the bot asks for it', () => {
    // printf '' | openssl dgst -sha256 -hmac $'1599360473\ndemo' -binary | base64
    const body = lark.alert(FAILED, { ...TO, token: 'demo' }, 1_599_360_473_900).body as Record<string, unknown>;
    assert.deepEqual([body['timestamp'], body['sign']], ['1599360473', 'l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=']);
  });

  test('says in the body that it has failed', () => {
    assert.equal(
      lark.complaint?.('{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'),
      undefined,
    );
    assert.deepEqual(lark.complaint?.('{"code":19021,"data":{},"msg":"sign match fail"}'), {
      error: 'Lark answered with code 19021',
      mayPass: false,
    });
    assert.equal(lark.complaint?.('{"code":11232,"msg":"frequency limited"}')?.mayPass, true);
  });
});

/** https://prometheus.io/docs/alerting/latest/alerts_api */
describe('Alertmanager', () => {
  const address = 'http://alertmanager:9093';
  const url = `${address}/api/v2/alerts`;

  test('is reached at its API, whatever part of the address is given', () => {
    for (const given of [address, `${address}/`, url])
      assert.equal(sent(alertmanager, FAILED, { address: given }).url, url);
    assert.equal(sent(alertmanager, FAILED, { address: `${address}/am` }).url, `${address}/am/api/v2/alerts`);
    assert.deepEqual(sent(alertmanager, FAILED, { token: 't' }).headers, { Authorization: 'Bearer t' });
  });

  test('gets an alert that fires until it is told otherwise, or for a day', () => {
    assert.deepEqual(sent(alertmanager, { ...FAILED, cluster: 'blue' }, { address }).body, [
      {
        labels: { alertname: 'CanaryFailed', canary: 'cart', namespace: 'shop', cluster: 'blue', severity: 'error' },
        annotations: { summary: 'cart.shop: Failed checks threshold reached 5' },
        startsAt: '2026-11-23T12:00:00.000Z',
        endsAt: '2026-11-24T12:00:00.000Z',
      },
    ]);
  });

  test('gets the fields as a description', () => {
    assert.match(sent(alertmanager, STARTED).json, /"description":"Target: Deployment\/cart.shop\\nFailed checks/);
  });

  test('resolves alerts by the same labels, and an end', () => {
    const fired = sent(alertmanager, WAITING, { address }).body as { labels: object }[];
    const subject = { name: 'cart', namespace: 'shop', cluster: undefined };
    const over = alertmanager.over?.({ ...subject, topics: ['progressing', 'waiting'], at: NOW }, { ...TO, address });
    assert.equal(over?.url, url);
    const [progressing, waiting] = over?.body as { labels: object; endsAt: string }[];
    assert.deepEqual(waiting?.labels, fired[0]?.labels);
    assert.deepEqual(
      [progressing?.endsAt, waiting?.endsAt],
      [new Date(NOW).toISOString(), new Date(NOW).toISOString()],
    );
  });

  test('none of the others needs to be notified', () => {
    for (const type of ALERT_PROVIDER_TYPES.filter((one) => one !== 'alertmanager'))
      assert.equal(serviceFor(type).over, undefined);
  });
});

describe('a webhook of one’s own', () => {
  test('takes the alert as it is', () => {
    const { body, headers } = sent(
      webhook,
      { ...STARTED, cluster: 'blue', fields: STARTED.fields.slice(0, 1) },
      { token: 't' },
    );
    assert.deepEqual(headers, { Authorization: 'Bearer t' });
    assert.deepEqual(body, {
      name: 'cart',
      namespace: 'shop',
      cluster: 'blue',
      severity: 'info',
      topic: 'progressing',
      message: 'New revision detected, progressing canary analysis.',
      timestamp: '2026-11-23T12:00:00.000Z',
      fields: { Target: 'Deployment/cart.shop' },
    });
  });
});

describe('orders that a message offers', () => {
  const url = 'https://serinus.example.com/act/abc';
  const offer = { order: 'approve', label: 'Approve', url } as const;
  const links: AlertText = { ...WAITING, offers: [{ ...offer, token: undefined }] };
  const buttons: AlertText = { ...WAITING, offers: [{ ...offer, token: 'abc' }] };

  for (const type of ['slack', 'discord', 'rocket', 'msteams', 'gchat', 'lark', 'webhook'] as const) {
    test(`are links in ${type}`, () => {
      assert.ok(sent(serviceFor(type), links).json.includes(url));
      assert.ok(!sent(serviceFor(type), { ...links, offers: [] }).json.includes('/act/'));
    });
  }

  /** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
  test('are buttons in Slack where it sends clicks', () => {
    const { attachments } = sent(slack, buttons).body as { attachments: { text?: string; blocks?: unknown }[] };
    assert.deepEqual(attachments.at(-1)?.blocks, [
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: 'serinus.approve',
            text: { type: 'plain_text', text: 'Approve' },
            value: 'abc',
            style: 'primary',
          },
        ],
      },
    ]);
    assert.equal(attachments[0]?.text, WAITING.message);
  });

  /** https://adaptivecards.io/explorer/Action.OpenUrl.html */
  test('are actions of a card in Teams', () => {
    const { body } = sent(msteams, links);
    const card = body as { attachments: { content: { actions?: unknown } }[] };
    assert.deepEqual(card.attachments[0]?.content.actions, [{ type: 'Action.OpenUrl', title: 'Approve', url }]);
  });
});
