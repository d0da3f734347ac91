import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../lab/process/ports.js';
import type { Release, ReleaseHistory } from '../../src/api/schema/release.js';
import { tcpProxy } from '../api/tcp-proxy.js';
import { APP, appCanary } from '../release/objects.js';
import { World } from '../release/world.js';
import { DESKTOP, openBrowser, PHONE, Viewer } from './viewer.js';

/** Nobody answers there: only a person opens the gate. */
const GATE = { name: 'ask', type: 'confirm-promotion', url: 'http://127.0.0.1:9/gate/halt' };

interface Place {
  readonly world: World;
  readonly base: string;
}

async function ask<T>({ base }: Place, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${base}${path}`, {
    ...(body !== undefined && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    }),
  });
  assert.ok(response.ok, `${path}: ${response.status}`);
  return (await response.json()) as T;
}

const rolloutsOf = ({ world }: Place): string => `/api/v1/namespaces/${world.namespace}/canaries/${APP}/rollouts`;

async function release(place: Place, image: string): Promise<string> {
  const { id } = await ask<{ id: string }>(place, rolloutsOf(place), { images: { web: image }, by: 'ci' });
  return id;
}

async function ordersOf(place: Place, id: string): Promise<unknown[]> {
  const { record } = await ask<Release>(place, `/api/v1/rollouts/${id}`);
  return record
    .filter(({ what }) => what === 'order')
    .map(({ order, by, reason, channel }) => ({ order, by, reason, channel }));
}

test('a release is watched, approved and aborted on the page', async (t) => {
  const world = await World.open(t);
  const port = await freePort();
  const proxy = await tcpProxy(`127.0.0.1:${port}`);
  t.after(() => proxy.cut());
  const base = `http://127.0.0.1:${proxy.port}`;
  const place = { world, base };
  const pictures = process.env['SERINUS_SCREENSHOTS'] ?? join(world.lab.directory, 'screenshots');
  const browser = await openBrowser(t);
  const serinus = await world.serinus([
    'all',
    `--port=${port}`,
    `--archive=file://${join(world.lab.directory, world.cluster)}`,
  ]);
  const alice = await Viewer.open(browser, base, { locale: 'en-GB', scheme: 'light', width: DESKTOP }, pictures);
  const bob = await Viewer.open(browser, base, { locale: 'zh-CN', scheme: 'dark', width: PHONE }, pictures);
  const canaryPath = `/canaries/${world.namespace}/${APP}`;

  await t.test('an empty fleet says what to do next', async () => {
    await alice.goto('/');
    await alice.page.getByText('kubectl apply').waitFor();
    await alice.inspect('fleet-empty');
  });

  await world.initialised(appCanary(world.app, {}, { threshold: 60, webhooks: [GATE] }), [], serinus);
  world.traffic();

  await t.test('a Canary appears by itself, and is found and filtered', async () => {
    const name = alice.page.getByRole('link', { name: APP, exact: true });
    await name.waitFor();
    await alice.page.getByRole('button', { name: /^Failed/ }).click();
    await alice.page.getByText('No Canary matches.').waitFor();
    await alice.page.getByRole('button', { name: /^At rest 1/ }).click();
    await alice.inspect('fleet');
    // By keyboard.
    await name.focus();
    await alice.page.keyboard.press('Enter');
    await alice.sees('Ready');
  });

  const good = await release(place, 'lab/http-echo:2');

  await t.test('a good version is followed, approved by somebody else, and promoted', async () => {
    await bob.goto(canaryPath);
    await alice.page.locator('.rail-current').getByText('25%').waitFor({ timeout: 60_000 });
    await alice.sees('Progressing');
    await alice.sees('Waiting for approval');
    await alice.inspect('release-waits');
    await bob.sees('等待审批');
    await bob.order('批准', { 您的名字: 'bob', 原因: 'figures are fine' });
    await alice.sees('Succeeded');
    await bob.sees('成功');
    await alice.inspect('release-promoted');
    await bob.inspect('release-promoted');
    assert.deepEqual(await ordersOf(place, good), [
      { order: 'approve', by: 'bob (unverified)', reason: 'figures are fine', channel: 'ui' },
    ]);
  });

  const bad = await release(place, 'lab/http-echo:3-errors');

  await t.test('a bad one is aborted, with a reason', async () => {
    await alice.sees('Progressing');
    await alice.page
      .getByRole('cell', { name: /^failed/ })
      .first()
      .waitFor({ timeout: 60_000 });
    const abort = alice.page.locator('.orders').getByRole('button', { name: 'Abort' });
    await abort.focus();
    await alice.page.keyboard.press('Enter');
    const dialog = alice.page.getByRole('dialog', { name: 'Abort' });
    await dialog.getByText('What happens').waitFor();
    await alice.inspect('dialog');
    // Without a reason nothing is sent; Escape closes, and the focus is where it was.
    await dialog.getByRole('button', { name: 'Abort' }).click();
    assert.ok(await dialog.isVisible());
    await alice.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await alice.focused(), 'Abort');
    await alice.order('Abort', { 'Your name': 'alice', Reason: 'too many errors' });
    await alice.sees('Failed');
    await alice.page.locator('.events').getByText('too many errors').first().waitFor();
    await alice.inspect('release-aborted');
    assert.deepEqual(await ordersOf(place, bad), [
      { order: 'abort', by: 'alice (unverified)', reason: 'too many errors', channel: 'ui' },
    ]);
    assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:2');
  });

  await t.test('the other pages are fit for everybody', async () => {
    const { items } = await ask<ReleaseHistory>(place, rolloutsOf(place));
    assert.ok(items.length >= 2);
    await alice.goto(`/releases?namespace=${world.namespace}`);
    // An ended release is in the archive a moment later.
    await alice.page.getByRole('row').filter({ hasText: 'lab/http-echo:2' }).getByText('Promoted').waitFor();
    await alice.page
      .getByLabel(/^Select .* to compare/)
      .first()
      .check();
    await alice.page
      .getByLabel(/^Select .* to compare/)
      .nth(1)
      .check();
    await alice.page.getByRole('button', { name: 'Compare' }).click();
    await alice.page.getByRole('heading', { name: 'Two attempts side by side' }).waitFor();
    for (const [name, path] of [
      ['fleet', '/'],
      ['releases', '/releases'],
      ['past', `/releases/${good}`],
      ['compare', `/compare?a=${good}&b=${bad}`],
    ] as const) {
      for (const viewer of [alice, bob]) {
        await viewer.goto(path);
        await viewer.page.locator('.loading').waitFor({ state: 'detached' });
        await viewer.inspect(name);
      }
    }
  });

  await t.test('a policy is checked, with the line of what is wrong', async () => {
    for (const [viewer, example, check, line] of [
      [alice, 'Put in an example', 'Check', /line \d+/],
      [bob, '填入示例', '检查', /第 \d+ 行/],
    ] as const) {
      await viewer.goto('/check');
      await viewer.page.getByRole('button', { name: example }).click();
      await viewer.page.getByRole('button', { name: check, exact: true }).click();
      await viewer.page.getByText(line).first().waitFor();
      await viewer.inspect('check');
    }
  });

  await t.test('a server that is away is said to be, and its return is noticed', async () => {
    await alice.goto(canaryPath);
    await alice.page.locator('.connection').getByText('Live').waitFor();
    await proxy.cut();
    await alice.page.getByText(/Connection lost .* ago, retrying/).waitFor({ timeout: 30_000 });
    await alice.sees('Failed');
    await proxy.mend();
    await alice.page.locator('.connection').getByText('Live').waitFor({ timeout: 30_000 });
  });

  alice.nothingWrong();
  bob.nothingWrong();
});
