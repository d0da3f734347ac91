import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { fleet, live, NOW, release, rolledBack, row } from '../harness/web/stage/actors.js';
import { pageFolder } from '../../src/api/web/page.js';
import { openStage, type Script, type Sent } from '../harness/web/stage/stage.js';
import { DESKTOP, openBrowser, PHONE, Viewer } from '../harness/web/viewer.js';

/*
 * Every page in states that a release only passes through, with an API that says what it is told to: looked at in both
 * languages, wide and narrow, light and dark.
 */

const pictures = process.env['SERINUS_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'serinus-pages-'));

/** Somebody at a desk, and somebody on the way. */
async function audience(browser: Browser, base: string): Promise<readonly [Viewer, Viewer]> {
  const desk = { locale: 'en-GB', scheme: 'light', width: DESKTOP } as const;
  const way = { locale: 'zh-CN', scheme: 'dark', width: PHONE } as const;
  return [await Viewer.open(browser, base, desk, pictures, NOW), await Viewer.open(browser, base, way, pictures, NOW)];
}

const fleetStream = (rows: readonly unknown[]): Readonly<Record<string, readonly Sent[]>> => ({
  '/api/v1/stream': rows.map((data) => ({ event: 'canary', data })),
});

test('a fleet of 500 is sorted, grouped and steered as a table', async (t) => {
  const rows = fleet(500);
  const given: unknown[] = [];
  const steering = [{ order: 'pause', effect: 'Holds traffic at 30%.', href: '/api/v1/releases/r/pause', command: '' }];
  const canaries = Object.fromEntries(
    rows.map((one) => [
      `/api/v1/namespaces/${one.namespace}/canaries/${one.name}`,
      { ...one, conditions: [], images: {}, release: one.releaseUnderWay ? { id: 'r', steering } : null },
    ]),
  );
  const base = await openStage(t, {
    ...canaries,
    '/api/v1/canaries': { items: rows },
    'POST /api/v1/releases/r/pause': (body: unknown) => {
      given.push(body);
      return { id: 'r', order: 'pause', taken: true, phase: 'Progressing', weight: 30 };
    },
  });
  const browser = await openBrowser(t);
  const [desk, way] = await audience(browser, base);
  const { page } = desk;

  await t.test('of which only those in the window are drawn', async () => {
    await desk.goto('/');
    await page.getByRole('table').waitFor();
    await desk.inspect('fleet-500');
    assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), '501');
    assert.ok((await page.locator('.fleet-row').count()) < 60);
    const rows = await page.locator('.fleet-row').all();
    const heights = await Promise.all(rows.map(async (row) => (await row.boundingBox())?.height ?? 0));
    assert.ok(
      heights.every((height) => Math.abs(height - 40) <= 1),
      heights.join(', '),
    );
    // The last row is there when somebody goes to it.
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    await page.getByRole('link', { name: 'service-499' }).or(page.locator('[aria-rowindex="501"]')).first().waitFor();
    await page.evaluate('window.scrollTo(0, 0)');
  });

  await t.test('in the order that somebody chooses, which the address keeps', async () => {
    const first = (): Promise<string> => page.locator('.fleet-row .fleet-name a').first().innerText();
    const name = page.getByRole('columnheader', { name: 'Name' });
    await name.getByRole('button').click();
    assert.equal(await name.getAttribute('aria-sort'), 'ascending');
    assert.equal(await first(), 'service-000');
    await name.getByRole('button').click();
    assert.equal(await first(), 'service-499');
    assert.match(page.url(), /sort=-name/);
    await page.getByLabel('Group by').selectOption('team');
    assert.equal(await page.locator('.fleet-group').first().innerText(), 'payments 167');
    await page.reload();
    await page.locator('.fleet-group').first().waitFor();
    assert.equal(await first(), 'service-498');
    await page.getByRole('button', { name: 'Compact rows' }).click();
    await desk.inspect('fleet-grouped');
    await page.getByRole('button', { name: 'Compact rows' }).click();
  });

  await t.test('and several are paused with one reason, after their effects are reported', async () => {
    await desk.goto('/?sort=name');
    for (const name of ['service-000', 'service-001', 'service-009']) await page.getByLabel(`Select ${name}`).check();
    await page.getByText('3 selected').waitFor();
    await page.locator('.selection').getByRole('button', { name: 'Pause' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pause: 3 Canaries' });
    await dialog.getByText('Holds traffic at 30%.').first().waitFor();
    assert.equal(await dialog.getByText('Not possible now').count(), 1);
    await desk.inspect('dialog-bulk');
    await dialog.getByLabel('Reason').fill('lunch');
    await dialog.getByLabel('Your name').fill('alice');
    await dialog.getByRole('button', { name: 'Pause 2 releases' }).click();
    await dialog.getByText('Accepted.').nth(1).waitFor();
    assert.deepEqual(given, [
      { reason: 'lunch', by: 'alice' },
      { reason: 'lunch', by: 'alice' },
    ]);
    await dialog.getByRole('button', { name: 'Close' }).click();
    assert.equal(await desk.focused(), 'Pause');
  });

  await t.test('on a phone, too', async () => {
    await way.goto('/');
    await way.page.getByRole('table').waitFor();
    await way.inspect('fleet-500');
  });
  desk.nothingWrong();
  way.nothingWrong();
});

/** Kilobytes, as they are sent: of everything that the page is made of. */
const MOST_KB = 180;

test('the page is small, and loads part by part', () => {
  const folder = join(pageFolder() ?? '', 'assets');
  const files = readdirSync(folder).filter((name) => /\.(?:js|css)$/.test(name));
  const sizes = files.map((name) => [name, gzipSync(readFileSync(join(folder, name))).length] as const);
  const whole = sizes.reduce((sum, [, size]) => sum + size, 0) / 1000;
  assert.ok(whole < MOST_KB, `${Math.round(whole)} kB: ${sizes.map(([name, size]) => `${name} ${size}`).join(', ')}`);
  assert.ok(sizes.filter(([name]) => name.endsWith('.js')).length > 5, 'a part a page');
});

async function shown(t: TestContext, name: string, script: Script, look: (viewer: Viewer) => Promise<void>) {
  const base = await openStage(t, script, fleetStream([row('cart')]));
  const browser = await openBrowser(t);
  for (const viewer of await audience(browser, base)) {
    await viewer.goto('/canaries/shop/cart');
    await look(viewer);
    await viewer.inspect(name);
    viewer.nothingWrong();
  }
}

const CART = '/api/v1/namespaces/shop/canaries/cart';

test('a release under way', async (t) => {
  await shown(t, 'staged-progressing', { [`${CART}/live`]: live(release()) }, async ({ page }) => {
    await page.locator('.headline').getByText('2.0.0-rc.1').waitFor();
    const icon = page.locator('link[rel="icon"]');
    assert.match((await icon.getAttribute('href')) ?? '', /^data:image\/svg\+xml,.*%230969da/, 'it moves');
    const events = page.locator('.event');
    const all = await events.count();
    await page.locator('.chips .chip').nth(2).click();
    assert.equal(await events.count(), 2, 'pause and resume');
    await page.locator('.chips .chip').first().click();
    assert.equal(await events.count(), all);
    await page.emulateMedia({ media: 'print' });
    for (const pressed of ['.orders', '.top', '.chips']) assert.ok(await page.locator(pressed).isHidden(), pressed);
    assert.ok(await page.locator('.headline').isVisible());
    await page.emulateMedia({ media: 'screen' });
  });
});

test('the other pages', async (t) => {
  const ended = rolledBack();
  const { id, startedAt, endedAt, verdict: reason } = ended;
  const item = {
    ...{ id, cluster: 'main', namespace: 'shop', name: 'cart', outcome: 'rolled-back', phase: 'Failed', weight: 0 },
    ...{ images: ['r.example/cart:2.0.0-rc.1'], triggeredBy: 'ci', reason, startedAt, endedAt, open: false },
    durationSeconds: 490,
  };
  const good = { ...item, id: 'shop.cart.1', outcome: 'promoted', reason: '', images: ['r.example/cart:1.0.0'] };
  const figures = {
    ...{ deploymentFrequency: { deployments: 7, perDay: 0.233 }, timeToRestore: { count: 0 } },
    ...{ changeFailureRate: { changes: 8, failed: 1, percent: 12.5 }, leadTime: { count: 1, medianSeconds: 5400 } },
  };
  const base = await openStage(t, {
    '/api/v1/releases': { items: [item, good] },
    '/api/v1/dora': { from: startedAt, to: endedAt, ...figures },
    [`/api/v1/releases/${id}`]: ended,
    '/api/v1/releases/shop.cart.1': {
      ...ended,
      id: 'shop.cart.1',
      outcome: 'promoted',
      verdict: 'Promoted: 5 checks passed',
    },
    '/api/v1/releases/compare': { a: item, b: good, template: [], windows: [] },
  });
  const browser = await openBrowser(t);
  for (const viewer of await audience(browser, base)) {
    for (const [name, path, text] of [
      ['staged-releases', '/releases', /7/],
      ['staged-past', `/releases/${id}`, /^Rolled back: success rate 66\.49/],
      ['staged-compare', `/compare?a=${id}&b=shop.cart.1`, /12|cart/],
      ['staged-check', '/check', /./],
    ] as const) {
      await viewer.goto(path);
      await viewer.page.locator('.loading').waitFor({ state: 'detached' });
      await viewer.page.getByText(text).first().waitFor();
      await viewer.inspect(name);
    }
    viewer.nothingWrong();
  }
});

test('a release is started from the page, with the versions that there were', async (t) => {
  const given: unknown[] = [];
  const images = (version: string): object => ({ images: [`r.example/cart:${version}`, 'r.example/side:7'] });
  const base = await openStage(t, {
    [`${CART}/live`]: live(undefined),
    [`${CART}/permissions`]: { start: true, orders: {} },
    [CART]: {
      ...row('cart'),
      conditions: [],
      images: { target: { app: 'r.example/cart:1.0.0', side: 'r.example/side:7' } },
      forecast: { seconds: 300, checks: 5, explanation: '5 checks, one a minute' },
      release: null,
    },
    '/api/v1/releases': { items: [images('1.0.0'), images('0.9.0')] },
    [`POST ${CART}/rollouts`]: (body: unknown) => {
      given.push(body);
      return { id: 'x', verdict: 'started' };
    },
  });
  const [desk] = await audience(await openBrowser(t), base);
  const { page } = desk;
  await desk.goto('/canaries/shop/cart');
  await page.getByRole('button', { name: 'New release' }).click();
  const dialog = page.getByRole('dialog', { name: 'New release of cart' });
  const start = dialog.getByRole('button', { name: 'Start release' });
  assert.ok(await start.isDisabled(), 'the version that runs is no new one');
  await dialog.getByText('Takes 5m at best').waitFor();
  const known = await dialog.locator('datalist option').all();
  assert.deepEqual(await Promise.all(known.map((one) => one.getAttribute('value'))), ['r.example/cart:0.9.0']);
  await dialog.getByLabel('Image').fill('r.example/cart:1.1.0');
  await dialog.getByLabel('Reason').fill('faster checkout');
  await dialog.getByLabel('Your name').fill('alice');
  await desk.inspect('dialog-start');
  await start.click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(given, [{ images: { app: 'r.example/cart:1.1.0' }, reason: 'faster checkout', by: 'alice' }]);
  desk.nothingWrong();
});

/** How much of a log is below what is in view, pixels. */
const UNSEEN =
  "(([box]) => box.scrollHeight - box.scrollTop - box.clientHeight)(document.querySelectorAll('.logs-lines'))";

test('logs of primary and canary are side by side, for whoever may read them', async (t) => {
  const asked: string[] = [];
  const line = (seconds: number, text: string): object => ({ at: new Date(NOW + seconds * 1000).toISOString(), text });
  const pod = (name: string, ready: boolean, restarts = 0): object => ({
    ...{
      name,
      ready,
      containers: [
        { name: 'app', restarts },
        { name: 'proxy', restarts: 0 },
      ],
    },
  });
  const logsOf = ({ of, ...query }: Readonly<Record<string, string>>): object => {
    if (of === 'primary') {
      const lines = Array.from({ length: 60 }, (_, i) =>
        line(i, `{"level":"info","msg":"request","path":"/cart/${i}"}`),
      );
      return {
        of,
        workload: 'cart-primary',
        pods: [pod('cart-primary-1', true)],
        pod: 'cart-primary-1',
        container: 'app',
        lines,
        truncated: true,
      };
    }
    asked.push(new URLSearchParams(query).toString());
    const text = query['previous'] === 'true' ? 'panic: no such table' : 'starting';
    const pods = [pod('cart-7d9-bad', false, 3), pod('cart-7d9-good', true)];
    const shown = { pod: query['pod'] ?? 'cart-7d9-bad', container: query['container'] ?? 'app' };
    return { of, workload: 'cart', pods, ...shown, lines: [line(1, text)], truncated: false };
  };
  const underWay = release();
  const script = (may: boolean): Script => ({
    [`${CART}/live`]: live(underWay),
    [`${CART}/permissions`]: { start: false, logs: may, orders: {} },
    [`${CART}/logs`]: (_: unknown, query: Readonly<Record<string, string>>) => logsOf(query),
  });
  const browser = await openBrowser(t);
  for (const viewer of await audience(browser, await openStage(t, script(true)))) {
    const { page } = viewer;
    await viewer.goto('/canaries/shop/cart');
    const card = page.locator('section', { has: page.locator('#logs-title') });
    await card.getByRole('button').click();
    await card.getByText('starting').waitFor();
    await card.getByText('/cart/59').waitFor();
    await viewer.inspect('logs');
    // The newest line is in view.
    const box = card.locator('.logs-lines').first();
    assert.ok(Number(await page.evaluate(UNSEEN)) < 8);
    await card.getByRole('checkbox').check();
    await card.getByText('panic: no such table').waitFor();
    assert.equal(asked.at(-1), 'lines=200&pod=cart-7d9-bad&container=app&previous=true');
    await card.getByRole('combobox').nth(2).selectOption('cart-7d9-good');
    await card.getByText('starting').waitFor();
    await card.getByRole('searchbox').fill('CART/7');
    assert.equal(await box.locator('li').count(), 1);
    viewer.nothingWrong();
  }
  const [other] = await audience(browser, await openStage(t, script(false)));
  await other.goto('/canaries/shop/cart');
  await other.page.getByText('2.0.0-rc.1').first().waitFor();
  assert.equal(await other.page.locator('#logs-title').count(), 0);
});

test('a release that was rolled back says why in one sentence', async (t) => {
  const ended = rolledBack();
  const script = { [`${CART}/live`]: live(ended), [`/api/v1/releases/${ended.id}`]: ended };
  await shown(t, 'staged-rolled-back', script, async ({ page }) => {
    await page.locator('.headline').getByText('2.0.0-rc.1').waitFor();
    await page
      .getByText(/^Rolled back: success rate 66\.49/)
      .first()
      .waitFor();
  });
});
