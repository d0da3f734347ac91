import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { SlackSettings } from '../../src/api/chat/slack.js';
import { buildApi } from '../../src/api/build.js';
import type { App } from '../../src/api/routes/app.js';
import type { Occasion } from '../../src/domain/notices/notice.js';
import type { OrderName } from '../../src/domain/orders/catalogue.js';
import { signed } from '../../src/links/token.js';
import { until } from '../harness/until.js';
import { receiver } from '../harness/http/receiver.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { ordersIn, post, releaseIs, releaseOf } from '../harness/api/client.js';

const KEY = new Uint8Array(32).fill(7);
const SECRET = 'signing-secret';

let bench: ApiBench;
before(async () => void (bench = await openApi()));
after(() => bench.close());

/** The API of a process that knows the key of links. */
function appWith(slack?: SlackSettings): App {
  const linking = { origin: 'http://127.0.0.1', keys: [KEY], slackButtons: slack !== undefined };
  const deps = { ...bench.deps, settings: { ...bench.deps.settings, linking } };
  return buildApi(deps, bench.client, { authentication: { kind: 'none' }, version: 'test', slack });
}

/** A release that stands at weight 25 for as long as nobody orders anything. */
async function standing(): Promise<string> {
  const { name } = await bench.world.canary({ intervalSeconds: 600 });
  const url = `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/rollouts`;
  const { body } = await post(bench.app, url, { images: { app: 'podinfo:6.0.1' } });
  const id = String(body['id']);
  await releaseIs(bench.app, id, (release) => release.weight === 25, 'weight 25');
  return id;
}

const token = (
  releaseId: string,
  order: OrderName,
  at = Date.now(),
  occasion: Occasion = { weight: 25 },
): Promise<string> => signed({ releaseId, order, to: 'slack', id: `${order}-m1`, occasion }, KEY, at);

describe('a link in a message', () => {
  test('asks before it acts, acts once, and says who was sent it', async (t) => {
    const app = appWith();
    t.after(() => app.close());
    const id = await standing();
    const url = `/act/${await token(id, 'pause')}`;
    const asked = await app.inject({ url });
    assert.equal(asked.statusCode, 200);
    assert.match(asked.body, /<h1>Pause c-/);
    assert.match(asked.body, /Nothing has happened yet\./);
    assert.doesNotMatch(asked.body, /<script/);
    assert.equal(asked.headers['cache-control'], 'no-store');
    assert.equal((await releaseOf(bench.app, id)).paused, undefined, 'opening it does nothing');

    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const done = await app.inject({ method: 'POST', url, headers: form, payload: 'reason=on+call+%3Cb%3E' });
    assert.match(done.body, /the release has taken the order/);
    const { paused } = await releaseOf(bench.app, id);
    assert.deepEqual([paused?.by, paused?.reason], ['whoever has the link sent to slack (unverified)', 'on call <b>']);

    await post(bench.app, `/api/v1/rollouts/${id}/resume`, {});
    const again = await app.inject({ method: 'POST', url, headers: form, payload: '' });
    assert.match(again.body, /this link has been used already/);
    assert.equal((await releaseOf(bench.app, id)).paused, undefined);
  });

  test('that is too old, not ours, or can’t be obeyed says so', async (t) => {
    const app = appWith();
    t.after(() => app.close());
    const id = await standing();
    const old = await app.inject({ url: `/act/${await token(id, 'pause', Date.now() - 2 * 86_400_000)}` });
    assert.equal(old.statusCode, 410);
    assert.match(old.body, /this link has expired/);
    assert.equal((await app.inject({ url: '/act/nonsense' })).statusCode, 410);
    const early = await app.inject({ url: `/act/${await token(id, 'approve')}` });
    assert.match(early.body, /nothing waits for an approval/);
    assert.doesNotMatch(early.body, /<button/);
  });

  test('for one revision orders nothing of another one', async (t) => {
    const app = appWith();
    t.after(() => app.close());
    const id = await standing();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const url = `/act/${await token(id, 'pause', Date.now(), { weight: 25, revision: 'another' })}`;
    assert.match((await app.inject({ url })).body, /the revision under way is [^ ]+, not another/);
    assert.match((await app.inject({ method: 'POST', url, headers: form, payload: '' })).body, /can’t be done now/);
    assert.equal((await releaseOf(bench.app, id)).paused, undefined);
  });

  test('leads nowhere where no key is set', async () => {
    assert.equal((await bench.app.inject({ url: `/act/${await token('a.b.c', 'pause')}` })).statusCode, 404);
  });
});

describe('a button in Slack', () => {
  const signedBy = (secret: string, payload: object) => {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
    return {
      method: 'POST' as const,
      url: '/api/v1/chat/slack',
      payload: body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature,
      },
    };
  };
  const click = (member: string, value: string, answers: string) => ({
    type: 'block_actions',
    user: { id: member },
    response_url: `${answers}/actions/T1`,
    actions: [{ action_id: 'serinus.pause', value }],
  });

  test('is obeyed for a member whom the file knows, and answered in the conversation', async (t) => {
    const chat = await receiver(t, (response) => response.end('ok'));
    const users = new Map([['U1', { username: 'ana', groups: ['releases'] }]]);
    const app = appWith({ signingSecret: SECRET, users, answers: chat.url });
    t.after(() => app.close());
    const id = await standing();
    const value = await token(id, 'pause');

    assert.equal((await app.inject(signedBy('other', click('U1', value, chat.url)))).statusCode, 401);
    assert.equal(
      (await app.inject(signedBy(SECRET, click('U1', value, 'http://127.0.0.1:9')))).statusCode,
      400,
      'answers go to Slack only',
    );
    assert.equal((await app.inject(signedBy(SECRET, click('U2', value, chat.url)))).statusCode, 200);
    await until(() => Promise.resolve(chat.received.length === 1), 'an answer to a stranger');
    assert.match(chat.received[0]?.body ?? '', /U2>, Serinus doesn't know you/);
    assert.equal((await releaseOf(bench.app, id)).paused, undefined);

    assert.doesNotMatch(chat.received[0]?.body ?? '', /thread_ts/);
    const inThread = {
      ...click('U1', value, chat.url),
      message: { ts: '1503435956.000301', thread_ts: '1503435956.000247' },
    };
    assert.equal((await app.inject(signedBy(SECRET, inThread))).statusCode, 200);
    await until(() => Promise.resolve(chat.received.length === 2), 'an answer');
    assert.match(chat.received[1]?.body ?? '', /<@U1> \(ana\): pause c-.*"thread_ts":"1503435956.000247"/);
    const release = await releaseOf(bench.app, id);
    assert.equal(release.paused?.by, 'ana');
    const [order] = ordersIn(release);
    assert.deepEqual([order?.channel, order?.reason], ['chat', 'by a button in Slack']);
  });
});
