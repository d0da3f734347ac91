import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  notificationsInWords,
  notificationsOf,
  type NotificationFlags,
} from '../../src/cli/flags/notification-flags.js';
import { UserError } from '../../src/errors.js';

const NONE: NotificationFlags = { slackUser: 'flagger', slackChannel: '' };
const SLACK = { ...NONE, slackUrl: 'https://hooks.slack.com/services/T0secret', slackChannel: 'ops' };

describe('who is notified of every Canary', () => {
  test('nobody, where nothing is said', () => {
    assert.deepEqual(notificationsOf(NONE, {}), {
      notifier: undefined,
      eventWebhook: undefined,
      cloudEvents: undefined,
    });
    assert.deepEqual(notificationsInWords(notificationsOf(NONE, {}), NONE, {}), []);
  });

  test('Slack', () => {
    const flags = { ...SLACK, slackToken: 'xoxb', slackProxyUrl: 'http://proxy:3128', slackUser: 'bird' };
    assert.deepEqual(notificationsOf(flags, {}).notifier, {
      type: 'slack',
      address: 'https://hooks.slack.com/services/T0secret',
      token: 'xoxb',
      proxy: 'http://proxy:3128',
      channel: 'ops',
      username: 'bird',
    });
  });

  test('not Slack without a channel, which is said', () => {
    const flags = { ...SLACK, slackChannel: '' };
    const notifications = notificationsOf(flags, {});
    assert.equal(notifications.notifier, undefined);
    assert.deepEqual(notificationsInWords(notifications, flags, {}), ['Notifier empty Slack channel']);
  });

  test('Microsoft Teams instead of Slack, where both are given', () => {
    const flags = { ...SLACK, msteamsUrl: 'https://prod.logic.azure.com/flow' };
    const { notifier } = notificationsOf(flags, {});
    assert.deepEqual([notifier?.type, notifier?.address], ['msteams', 'https://prod.logic.azure.com/flow']);
  });

  test('the environment wins over flags', () => {
    const flags = { ...SLACK, slackToken: 'flag', eventWebhook: 'http://flag/' };
    const environment = { SLACK_URL: 'https://env.test/', SLACK_TOKEN: 'env', EVENT_WEBHOOK_URL: 'http://env/' };
    const { notifier, eventWebhook } = notificationsOf(flags, environment);
    assert.deepEqual([notifier?.address, notifier?.token, eventWebhook], ['https://env.test/', 'env', 'http://env/']);
    const teams = notificationsOf(NONE, { MSTEAMS_URL: 'https://teams.test/', MSTEAMS_PROXY_URL: 'http://p:1/' });
    assert.deepEqual([teams.notifier?.type, teams.notifier?.proxy], ['msteams', 'http://p:1/']);
  });

  test('is logged without what is secret of an address', () => {
    const flags = { ...SLACK, eventWebhook: 'https://events.test/secret' };
    assert.deepEqual(notificationsInWords(notificationsOf(flags, {}), flags, {}), [
      'Notifications enabled for https://hooks.slack.com',
      'Notifications enabled for https://events.test',
    ]);
  });

  test('an address that is none is refused by the name of its flag', () => {
    assert.throws(
      () => notificationsOf({ ...NONE, eventWebhook: 'hunter2' }, {}),
      (error: unknown) =>
        error instanceof UserError &&
        /^--event-webhook \(EVENT_WEBHOOK_URL\): /.test(error.message) &&
        !/hunter2/.test(error.message),
    );
  });
});
