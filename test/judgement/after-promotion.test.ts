import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { poisson, randomFrom } from '../../src/judgement/random.js';
import { NOTHING_SHOWN, weigh, type ReleaseWindow } from '../../src/judgement/release.js';
import type { Rules } from '../../src/judgement/rules.js';
import { BUDGETS, LIMITS } from './ratio.js';

const RULES: Rules = {
  budgets: BUDGETS,
  metrics: [{ name: 'errors', share: 1, limits: LIMITS }],
  tripwire: { share: 0.5, requests: 20 },
  split: { tolerance: 0.25, budget: 0.001 },
};
const [WINDOWS, REQUESTS] = [60, 1500];

/** Everybody is with the promoted version; the past that it is compared with had as many requests. */
function watchedWith(seed: number) {
  const random = randomFrom(seed);
  const arm = (rate: number) => ({ requests: REQUESTS, bad: poisson(random, REQUESTS * rate) });
  return (before: number, since: number): ReleaseWindow => ({
    weight: 100,
    requests: { canary: REQUESTS, primary: REQUESTS },
    counts: { errors: { canary: arm(since), primary: arm(before) } },
  });
}

/** @returns the window in which it was called worse; undefined where it never was */
function foundAt(windowAt: (i: number) => ReleaseWindow): number | undefined {
  let evidence = NOTHING_SHOWN;
  for (let i = 0; i < WINDOWS; i += 1) {
    const looked = weigh(evidence, windowAt(i), RULES);
    evidence = looked.evidence;
    if (looked.weighed.verdict === 'FAIL') return i;
  }
  return undefined;
}

void describe('a version that has been promoted, against the one before it', () => {
  void it('one at the tolerated ratio is hardly ever called worse, though the rate of both moves by the hour', () => {
    const runs = 300;
    const window = watchedWith(11);
    const rate = (i: number) => 0.005 * (1 + 0.8 * Math.sin(i / 7));
    const alarms = Array.from({ length: runs }, () =>
      foundAt((i) => window(rate(i), LIMITS.tolerated * rate(i))),
    ).filter((at) => at !== undefined).length;
    const margin = 4 * Math.sqrt(BUDGETS.falseRollback * runs);
    assert.ok(alarms <= BUDGETS.falseRollback * runs + margin, `${alarms} of ${runs}`);
  });

  void it('one that fails five times as often from the thirtieth window on is found within some windows', () => {
    const window = watchedWith(12);
    const found = Array.from({ length: 100 }, () => foundAt((i) => window(0.005, i < 30 ? 0.005 : 0.025)));
    assert.ok(
      found.every((at) => at !== undefined && at >= 30 && at <= 34),
      found.join(),
    );
  });
});
