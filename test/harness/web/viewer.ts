import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import axe from 'axe-core';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from './chromium.js';

export async function openBrowser(t: TestContext): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_FLAGS] });
  t.after(() => browser.close());
  return browser;
}

interface Eyes {
  readonly locale: 'en-GB' | 'zh-CN';
  readonly scheme: 'light' | 'dark';
  readonly width: number;
}

/** The least that is still a phone. */
export const PHONE = 375;
export const DESKTOP = 1280;

/** Of what is taller, the picture has the part in the window. */
const TALL = 6_000;

/** Findings of axe that keep somebody from using a page. */
const GRAVE = ['serious', 'critical'];

/** Somebody who looks at the page, in a browser window of their own. */
export class Viewer {
  private readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly base: string,
    private readonly eyes: Eyes,
    private readonly pictures: string,
    private readonly findings: 'all' | 'grave',
  ) {}

  /**
   * @param pictures folder for screenshots
   * @param now when it is for the page, milliseconds since 1970; the time goes on from there. Where it is given the page is on
   *   the stage, and axe may find nothing at all there, best practice included
   */
  static async open(browser: Browser, base: string, eyes: Eyes, pictures: string, now?: number): Promise<Viewer> {
    mkdirSync(pictures, { recursive: true });
    const context = await browser.newContext({
      viewport: { width: eyes.width, height: 900 },
      colorScheme: eyes.scheme,
      locale: eyes.locale,
      reducedMotion: 'reduce',
    });
    if (now !== undefined) await context.clock.install({ time: now });
    const viewer = new Viewer(await context.newPage(), base, eyes, pictures, now === undefined ? 'grave' : 'all');
    viewer.listen();
    return viewer;
  }

  /** What must never happen: an error of the script, something the policy forbids, a request to somebody else. */
  private listen(): void {
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
    this.page.on('console', (message) => {
      const text = message.text();
      // A server that is away, or a refusal, is reported by the page itself.
      if (message.type() === 'error' && !/Failed to load resource/.test(text)) this.complaints.push(text);
    });
    this.page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(this.base)) this.complaints.push(`a request to ${url}`);
    });
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.base}${path}`);
    await this.page.locator('h1').waitFor();
  }

  /** Nothing that axe finds (on the stage), or nothing grave; nothing wider than the window; and a picture to look at. */
  async inspect(name: string): Promise<void> {
    const { page, eyes } = this;
    const picture = `${name}-${eyes.width}-${eyes.scheme}-${eyes.locale}.png`;
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
    await page.screenshot({ path: join(this.pictures, picture), fullPage: height < TALL });
    const findings = await page.evaluate(`${axe.source}; axe.run()`);
    const { violations } = findings as axe.AxeResults;
    const grave = violations.filter(({ impact }) => this.findings === 'all' || GRAVE.includes(impact ?? ''));
    const reported = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    assert.deepEqual(reported, [], `${name}: what axe finds`);
    const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    assert.ok(typeof over === 'number' && over <= 0, `${name} is ${String(over)} px too wide`);
  }

  /** Opens an order's dialog, fills it in, and gives the order. */
  async order(button: string, fields: Readonly<Record<string, string>>): Promise<void> {
    await this.shownOrder(button).then((found) => found.click());
    const dialog = this.page.getByRole('dialog');
    for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label).fill(text);
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** The button of an order, which may be among those that are shown when asked for. */
  async shownOrder(name: string): Promise<Locator> {
    const orders = this.page.locator('.orders');
    const button = orders.getByRole('button', { name, exact: true });
    const more = orders.locator('.more > button');
    await button.or(more).first().waitFor({ timeout: 60_000 });
    if (!(await button.isVisible())) await more.click();
    await button.waitFor({ timeout: 60_000 });
    return button;
  }

  /** The text of what has the focus. */
  async focused(): Promise<string> {
    return this.page.locator(':focus').innerText();
  }

  /** The state beside the name of what is shown. */
  async sees(state: string, timeoutMs = 60_000): Promise<void> {
    await this.page.locator('.page-head .status').getByText(state, { exact: true }).waitFor({ timeout: timeoutMs });
  }

  nothingWrong(): void {
    assert.deepEqual(this.complaints, []);
  }
}
