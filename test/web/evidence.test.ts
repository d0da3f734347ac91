import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readLine, type RecordLine } from '../../src/api/schema/record.js';
import { judge, NOTHING_SHOWN, type ReleaseWindow } from '../../src/judgement/release.js';
import type { Rules } from '../../src/judgement/rules.js';
import { inWords, inWordsAfter } from '../../src/judgement/words.js';
import { live, NOW, release, row } from '../harness/web/stage/actors.js';
import { openStage } from '../harness/web/stage/stage.js';
import { DESKTOP, openBrowser, PHONE, Viewer } from '../harness/web/viewer.js';

/** What a release page shows of the judgement, of counts that the judge itself has weighed. */

const pictures = process.env['SERINUS_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'serinus-evidence-'));

const LIMITS = { tolerated: 1.25, unacceptable: 2, floor: 0.001, dispersion: 1 };
const RULES: Rules = {
  budgets: { falseRollback: 0.01, wrongPromotion: 0.05 },
  metrics: [
    { name: 'errors', share: 0.5, limits: LIMITS },
    { name: 'checkouts', share: 0.5, limits: LIMITS },
  ],
  tripwire: { share: 0.5, requests: 20 },
  split: { tolerance: 0.25, budget: 0.001 },
};

/** @param bad of a thousand requests, the canary's and the primary's */
function windowWith(
  weight: number,
  bad: readonly [number, number],
  checkouts: readonly [number, number],
): ReleaseWindow {
  const [canary, primary] = [30 * weight, 30 * (100 - weight) || 3_000];
  const counts = ([mine, theirs]: readonly [number, number]) => ({
    canary: { requests: canary, bad: Math.round((mine * canary) / 1000) },
    primary: { requests: primary, bad: Math.round((theirs * primary) / 1000) },
  });
  return { weight, requests: { canary, primary }, counts: { errors: counts(bad), checkouts: counts(checkouts) } };
}

function looks(windows: readonly ReleaseWindow[], what: 'analysis' | 'watch'): RecordLine[] {
  let before = NOTHING_SHOWN;
  return windows.map((one, i) => {
    const { evidence, judgement } = judge(before, one, RULES);
    before = evidence;
    const words = what === 'watch' ? inWordsAfter : inWords;
    const reported = { counts: one.counts, windows: evidence.windows };
    const at = new Date(NOW - 600_000 + 30_000 * i).toISOString();
    const judged = { ...judgement, counts: one.counts, heard: true, windows: evidence.windows };
    const says = words(judgement, RULES, reported);
    const look = { at, what, judged: { ...judged, says } };
    return readLine(what === 'watch' ? look : { ...look, ...{ weight: one.weight, ok: true, hooks: [], metrics: [] } });
  });
}

async function shown(t: TestContext, name: string, record: readonly RecordLine[], title: string) {
  const stream = { '/api/v1/stream': [{ event: 'canary', data: row('cart') }] };
  const reported = live(release({ record: [...record] }));
  const base = await openStage(t, { '/api/v1/namespaces/shop/canaries/cart/live': reported }, stream);
  const browser = await openBrowser(t);
  const desk = { locale: 'en-GB', scheme: 'light', width: DESKTOP } as const;
  const way = { locale: 'zh-CN', scheme: 'dark', width: PHONE } as const;
  for (const [look, heading] of [
    [desk, title],
    [way, undefined],
  ] as const) {
    const viewer = await Viewer.open(browser, base, look, pictures, NOW);
    await viewer.goto('/canaries/shop/cart');
    const region = heading === undefined ? viewer.page.locator('progress') : viewer.page.getByText(heading);
    await region.first().waitFor();
    await viewer.inspect(name);
    viewer.nothingWrong();
  }
}

test('a release that waits for a proof: ratios with their intervals, and how far the evidence has come', async (t) => {
  const windows = Array.from({ length: 12 }, (_, i) => windowWith(i < 6 ? 10 : 20, [6, 5], [12, 10]));
  await shown(t, 'staged-evidence', looks(windows, 'analysis'), 'Canary against primary');
});

test('a version that turns out to be worse after its promotion', async (t) => {
  const windows = Array.from({ length: 6 }, (_, i) => windowWith(100, [i < 3 ? 5 : 25, 5], [10, 10]));
  await shown(t, 'staged-regression', looks(windows, 'watch'), 'Since the promotion');
});
