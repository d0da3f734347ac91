import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SignJWT } from 'jose';
import type { Occasion } from '../../src/domain/notices/notice.js';
import { offersFor, type Linking } from '../../src/links/offers.js';
import { LINK_SECONDS, LinkRefused, signed, verified, type Offer } from '../../src/links/token.js';

const KEY = new Uint8Array(32).fill(1);
const OTHER = new Uint8Array(32).fill(2);
const AT = Date.UTC(2026, 10, 23, 12, 0, 0);
const OCCASION: Occasion = { revision: 'abc', gate: 'confirm-promotion', weight: 50 };
const OFFER: Offer = {
  releaseId: 'shop.cart.0198c4c6',
  order: 'approve',
  occasion: OCCASION,
  to: 'alert on-call',
  id: 'approve-1',
};

describe('a signed link', () => {
  test('says what it was made for, and is the same each time', async () => {
    const token = await signed(OFFER, KEY, AT);
    assert.equal(await signed(OFFER, KEY, AT), token);
    assert.deepEqual(await verified(token, [KEY], AT), OFFER);
  });

  test('is known by a key that only verifies any more', async () => {
    assert.deepEqual(await verified(await signed(OFFER, KEY, AT), [OTHER, KEY], AT), OFFER);
  });

  test('holds for a day', async () => {
    const token = await signed(OFFER, KEY, AT);
    await verified(token, [KEY], AT + LINK_SECONDS * 1000 - 1_000);
    await assert.rejects(verified(token, [KEY], AT + LINK_SECONDS * 1000 + 1_000), /this link has expired/);
  });

  test('is refused when signed with another key, changed, or nothing of the kind', async () => {
    const token = await signed(OFFER, KEY, AT);
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, order: 'abort' })).toString('base64url');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    for (const bad of [`${head}.${forged}.${signature}`, unsigned, 'x', '']) {
      await assert.rejects(verified(bad, [KEY], AT), LinkRefused);
    }
    await assert.rejects(verified(token, [OTHER], AT), LinkRefused);
  });
});

describe('what a link is about', () => {
  test('can’t be changed, and one that doesn’t say is refused', async () => {
    const token = await signed(OFFER, KEY, AT);
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { occasion: Occasion };
    for (const occasion of [
      { ...OCCASION, gate: 'confirm-rollout' },
      { ...OCCASION, weight: 10 },
      { ...OCCASION, revision: 'def' },
      undefined,
    ]) {
      const changed = Buffer.from(JSON.stringify({ ...claims, occasion })).toString('base64url');
      await assert.rejects(verified(`${head}.${changed}.${signature}`, [KEY], AT), LinkRefused);
    }
    const earlier = await new SignJWT({ order: 'approve', to: 'slack' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('serinus')
      .setAudience('serinus/order')
      .setSubject(OFFER.releaseId)
      .setJti('approve-1')
      .setExpirationTime(AT / 1000 + 60)
      .sign(KEY);
    await assert.rejects(verified(earlier, [KEY], AT), /doesn’t say what it is for/);
  });

  test('is needed for an offer', async () => {
    const release = { releaseId: OFFER.releaseId, to: 'slack', id: 'n1', at: AT, occasion: undefined };
    const linking: Linking = { origin: 'https://serinus.example.com', keys: [KEY], slackButtons: true };
    assert.deepEqual(await offersFor('waiting', release, linking), []);
  });
});

describe('what a message offers', () => {
  const linking: Linking = { origin: 'https://serinus.example.com', keys: [KEY, OTHER], slackButtons: false };
  const release = { releaseId: OFFER.releaseId, to: 'slack', id: 'n1', at: AT, occasion: OCCASION };

  for (const [topic, orders] of [
    ['waiting', ['approve', 'reject']],
    ['progressing', ['pause', 'abort']],
    ['promoted', []],
    ['failed', []],
  ] as const) {
    test(`${topic}: ${orders.join(', ') || 'nothing'}`, async () => {
      const offers = await offersFor(topic, release, linking);
      assert.deepEqual(
        offers.map(({ order }) => order),
        orders,
      );
      for (const { url, order, token } of offers) {
        assert.ok(url.startsWith('https://serinus.example.com/act/'));
        assert.equal(token, undefined);
        const offer = await verified(url.slice('https://serinus.example.com/act/'.length), [KEY], AT);
        assert.deepEqual(offer, {
          releaseId: OFFER.releaseId,
          order,
          occasion: OCCASION,
          to: 'slack',
          id: `${order}-n1`,
        });
      }
    });
  }

  test('buttons of Slack send what the link says', async () => {
    const [first] = await offersFor('waiting', release, { ...linking, slackButtons: true });
    assert.equal(first?.url, `https://serinus.example.com/act/${first?.token}`);
  });
});
