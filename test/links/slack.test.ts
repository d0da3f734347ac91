import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFromSlack } from '../../src/api/chat/slack.js';
import { chatUsersOf } from '../../src/api/chat/users.js';

/** The example of https://docs.slack.dev/authentication/verifying-requests-from-slack */
describe('a request of Slack', () => {
  const secret = '8f742231b10e8888abcd99yyyzzz85a5';
  const timestamp = '1531420618';
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V' +
    '&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
    '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
    '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
  const now = Number(timestamp) * 1000;

  test('is known by its signature', () => {
    assert.ok(isFromSlack({ body, timestamp, signature }, secret, now));
    assert.ok(isFromSlack({ body, timestamp, signature }, secret, now + 299_000));
  });

  test('is refused when recorded, changed, or signed with another secret', () => {
    assert.ok(!isFromSlack({ body, timestamp, signature }, secret, now + 301_000));
    assert.ok(!isFromSlack({ body: `${body}x`, timestamp, signature }, secret, now));
    assert.ok(!isFromSlack({ body, timestamp, signature }, 'other', now));
    assert.ok(!isFromSlack({ body, timestamp: '', signature: '' }, secret, now));
    assert.ok(!isFromSlack({ body, timestamp: String(Number(timestamp) + 1), signature }, secret, now));
  });
});

describe('the file of Slack’s users', () => {
  test('says who members are to Kubernetes', () => {
    const users = chatUsersOf({ U024BE7LH: { user: 'ana@example.com', groups: ['releases'] }, U1: { user: 'bo' } });
    assert.deepEqual(users.get('U024BE7LH'), { username: 'ana@example.com', groups: ['releases'] });
    assert.deepEqual(users.get('U1'), { username: 'bo', groups: [] });
  });

  for (const [content, says] of [
    [{ '@ana': { user: 'ana' } }, /@ana/],
    [{ U1: { user: '' } }, /U1\.user: name the user/],
    [{ U1: { user: 'x', group: 'y' } }, /U1: .*group/],
    [['U1'], /./],
  ] as const) {
    test(`a mistake is named: ${JSON.stringify(content)}`, () => {
      assert.throws(() => chatUsersOf(content), says);
    });
  }
});
