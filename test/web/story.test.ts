import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../lab/process/ports.js';
import type { Release, ReleaseHistory } from '../../src/api/schema/release.js';
import { ordersIn } from '../harness/api/client.js';
import { tcpProxy } from '../harness/api/tcp-proxy.js';
import { until } from '../harness/until.js';
import { APP, appCanary } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';
import { DESKTOP, openBrowser, PHONE, Viewer } from '../harness/web/viewer.js';

/** The bound that an undo with warm pods is held to. */
const BACK_MS = 3_000;

/** Nobody answers there: only a person opens the gate. */
const GATE = { name: 'ask', type: 'confirm-promotion', url: 'http://127.0.0.1:9/gate/halt' };

interface Place {
  readonly world: ReleaseScene;
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

const isUndo = (sent: { url(): string }): boolean => sent.url().endsWith('/undo');

const rolloutsOf = ({ world }: Place): string => `/api/v1/namespaces/${world.namespace}/canaries/${APP}/rollouts`;

async function release(place: Place, image: string): Promise<string> {
  const { id } = await ask<{ id: string }>(place, rolloutsOf(place), { images: { web: image }, by: 'ci' });
  return id;
}

async function ordersOf(place: Place, id: string): Promise<unknown[]> {
  const release = await ask<Release>(place, `/api/v1/rollouts/${id}`);
  return ordersIn(release).map(({ order, by, reason, channel }) => ({ order, by, reason, channel }));
}

test('a release is watched, approved, undone, aborted and retried on the page', async (t) => {
  const world = await ReleaseScene.open(t);
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

  const canary = appCanary(world.app, {}, { threshold: 60, webhooks: [GATE] });
  const annotations = { 'serinus.dev/keep-previous': '30m' };
  await world.initialised({ ...canary, metadata: { ...canary.metadata, annotations } }, [], serinus);
  const traffic = world.traffic();

  await t.test('a Canary appears by itself, and is found and filtered', async () => {
    const name = alice.page.getByRole('link', { name: APP, exact: true });
    await name.waitFor();
    await alice.page.getByRole('button', { name: /^Failed/ }).click();
    await alice.page.getByText('No Canary matches.').waitFor();
    await alice.page.getByRole('button', { name: /^Idle 1/ }).click();
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

  await t.test('it turns out to be broken, and is undone: users are back on the version before at once', async () => {
    await until(
      async () => (await world.available(`${APP}-previous`)) === 1,
      'the former version is kept warm',
      60_000,
    );
    await until(() => traffic.heard('2') > 20, 'users meet version 2');
    // From the page of the release itself, by its id; who watches the Canary has the button as well.
    await bob.page.locator('.orders').getByRole('button', { name: '撤销', exact: true }).waitFor({ timeout: 30_000 });
    await alice.goto(`/releases/${good}`);
    await alice.page.locator('.orders').getByRole('button', { name: 'Undo', exact: true }).click();
    const dialog = alice.page.getByRole('dialog', { name: 'Undo' });
    await dialog.getByText(/^Puts the former version back into shop-primary and routes all traffic to it/).waitFor();
    await alice.inspect('dialog-undo');
    await alice.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const sent = alice.page.waitForRequest(isUndo).then(() => Date.now());
    const accepted = alice.page.waitForResponse(isUndo).then(() => Date.now());
    await alice.order('Undo', { 'Your name': 'alice', Reason: 'checkout is broken' });
    const taken = await accepted;
    await alice.page.getByRole('link', { name: 'Show the release that carries it out' }).click();
    await alice.sees('Undone');
    await bob.sees('已撤销');
    const last = traffic.seen.last.get('2') ?? 0;
    const began = await sent;
    t.diagnostic(`taken after ${taken - began} ms; last answer of the undone version after ${last - began} ms`);
    assert.ok(last - taken < BACK_MS, `the undone version was heard of for ${last - taken} ms`);
    assert.equal(traffic.seen.failed, 0, traffic.seen.failures.join(', '));
    assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:1');
    for (const [viewer, title] of [
      [alice, 'The Deployment still has the undone version'],
      [bob, 'Deployment 仍是已撤销的版本'],
    ] as const) {
      const card = viewer.page.locator('section').filter({ has: viewer.page.getByRole('heading', { name: title }) });
      await card.getByText(`kubectl -n ${world.namespace} patch deployment ${APP} `).waitFor({ timeout: 30_000 });
      await viewer.inspect('release-undone');
    }
    await bob.page.locator('.headline').getByText('已撤销').waitFor();
    await bob.page.locator('.summary').getByText('Undone by alice (unverified): checkout is broken').waitFor();
    await alice.goto(canaryPath);
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
    assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:1');
  });

  await t.test('it is tried again, which somebody else puts an end to', async () => {
    await alice.order('Retry', { 'Your name': 'alice', Reason: 'the database is back' });
    await bob.sees('进行中');
    await bob.order('中止', { 您的名字: 'bob', 原因: 'it is not' });
    await alice.page.locator('.events').getByText('it is not').first().waitFor({ timeout: 60_000 });
    await alice.sees('Failed');
    const { items } = await ask<ReleaseHistory>(place, rolloutsOf(place));
    const again = items[0]?.id ?? '';
    assert.notEqual(again, bad);
    assert.deepEqual(await ordersOf(place, again), [
      { order: 'retry', by: 'alice (unverified)', reason: 'the database is back', channel: 'ui' },
      { order: 'abort', by: 'bob (unverified)', reason: 'it is not', channel: 'ui' },
    ]);
  });

  await t.test('the other pages are fit for everybody', async () => {
    const { items } = await ask<ReleaseHistory>(place, rolloutsOf(place));
    assert.ok(items.length >= 2);
    await alice.goto(`/releases?namespace=${world.namespace}`);
    // An ended release is in the archive a moment later.
    const promoted = alice.page.getByRole('row').filter({ hasText: 'lab/http-echo:2' });
    await promoted.getByText('Promoted').waitFor();
    await promoted.getByRole('link', { name: 'undone later' }).waitFor();
    await alice.page
      .getByLabel(/^Select .* to compare/)
      .first()
      .check();
    await alice.page
      .getByLabel(/^Select .* to compare/)
      .nth(1)
      .check();
    await alice.page.getByRole('button', { name: 'Compare' }).click();
    await alice.page.getByRole('heading', { name: 'Compare releases' }).waitFor();
    for (const [name, path] of [
      ['fleet', '/'],
      ['releases', '/releases'],
      ['past', `/releases/${good}`],
      ['compare', `/compare?a=${good}&b=${bad}`],
    ] as const) {
      for (const viewer of [alice, bob]) {
        await viewer.goto(path);
        await viewer.page.locator('.loading').waitFor({ state: 'detached' });
        if (name === 'past' || name === 'compare') {
          await viewer.page.locator('.difference').getByText('lab/http-echo:2').waitFor();
        }
        await viewer.inspect(name);
      }
    }
  });

  await t.test('a policy is checked, with the line of what is wrong', async () => {
    for (const [viewer, example, check, line] of [
      [alice, 'Insert an example', 'Check', /line \d+/],
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
    await alice.sees('Failed');
    await proxy.cut();
    await alice.page.getByText(/Connection lost .* ago, retrying/).waitFor({ timeout: 30_000 });
    await alice.sees('Failed');
    await proxy.mend();
    await alice.page.locator('.connection').getByText('Live').waitFor({ timeout: 30_000 });
  });

  alice.nothingWrong();
  bob.nothingWrong();
});
