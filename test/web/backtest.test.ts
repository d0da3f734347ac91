import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NOW } from '../harness/web/stage/actors.js';
import { openStage } from '../harness/web/stage/stage.js';
import { DESKTOP, openBrowser, PHONE, Viewer } from '../harness/web/viewer.js';

const pictures = process.env['SERINUS_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'serinus-backtest-'));

/** Somebody at a desk and somebody on the way, and what they read. */
const AUDIENCE = [
  {
    look: { locale: 'en-GB', scheme: 'light', width: DESKTOP },
    ...{
      button: 'Try on past releases',
      summary: '1 of 2 releases would have ended otherwise.',
      earlier: '8m earlier',
    },
  },
  {
    look: { locale: 'zh-CN', scheme: 'dark', width: PHONE },
    ...{ button: '用过去的发布试算', summary: '2 次发布中有 1 次结果会不同。', earlier: /早 8/ },
  },
] as const;

test('past releases are put through a policy that is pasted in', async (t) => {
  const given: unknown[] = [];
  const item = (n: number, fields: object) => ({
    ...{ id: `shop.cart.${n}`, startedAt: new Date(NOW - n * 3_600_000).toISOString(), was: 'promoted', wasAfter: 600 },
    ...{ windows: 10, uncounted: [], ...fields },
  });
  const says = 'errors: the canary is bad 5 times as often as the primary (between 2.9 and 8.4), limit 1.25';
  const answer = {
    ...{ namespace: 'shop', canary: 'cart', untested: 2 },
    items: [
      item(1, { end: 'rolled-back', seconds: 120, later: -480, says }),
      item(2, { end: 'promoted', provenAfter: 300, says: 'every metric has proven the canary' }),
      item(3, { end: 'unknown', says: 'nothing was counted', windows: 0 }),
    ],
  };
  const base = await openStage(t, {
    'POST /api/v1/backtest': (body: unknown) => {
      given.push(body);
      return answer;
    },
  });
  const browser = await openBrowser(t);
  for (const { look, button, summary, earlier } of AUDIENCE) {
    const viewer = await Viewer.open(browser, base, look, pictures, NOW);
    const { page } = viewer;
    await viewer.goto('/check');
    const offer = page.getByRole('button', { name: button });
    assert.ok(await offer.isDisabled(), 'there is nothing to try yet');
    await page.locator('textarea').fill('kind: Canary');
    await offer.click();
    await page.getByText(summary).waitFor();
    const row = page.getByRole('row').filter({ hasText: says });
    await row.getByText(earlier).waitFor();
    assert.equal(await row.getByRole('link').getAttribute('href'), '/releases/shop.cart.1');
    await viewer.inspect('staged-backtest');
    viewer.nothingWrong();
  }
  assert.deepEqual(given, [{ manifest: 'kind: Canary' }, { manifest: 'kind: Canary' }]);
});
