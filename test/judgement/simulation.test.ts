import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cleanRequestsUntilPass, windowsUntilFail } from '../../src/judgement/forecast.js';
import { randomFrom } from '../../src/judgement/random.js';
import type { Rules } from '../../src/judgement/release.js';
import {
  simulate,
  simulateLimit,
  type Policy,
  type Scenario,
  type SimulatedRelease,
} from '../../src/judgement/simulation.js';
import { BUDGETS, LIMITS } from './ratio.js';

const RULES: Rules = {
  budgets: BUDGETS,
  metrics: [{ name: 'errors', share: 1, limits: LIMITS }],
  tripwire: { share: 0.5, requests: 20 },
  split: { tolerance: 0.25, budget: 0.001 },
};
const BALANCED: Policy = { rules: RULES, steps: 'guard', promotion: 'prove' };
const SCENARIO: Scenario = {
  weights: [5, 10, 20, 30, 50],
  windowsPerWeight: 60,
  windowSeconds: 30,
  requestsPerSecond: 100,
  primaryErrors: 0.005,
  canaryErrors: 0.005,
};

function many(runs: number, one: () => SimulatedRelease) {
  const releases = Array.from({ length: runs }, one);
  const share = (end: SimulatedRelease['end']) => releases.filter((release) => release.end === end).length / runs;
  const windows = releases.map((release) => release.windows).toSorted((a, b) => a - b);
  return { share, median: windows[Math.floor(runs / 2)] ?? NaN };
}

void describe('simulated releases', () => {
  void it('a healthy one is promoted by the evidence, and often rolled back by a limit', () => {
    const random = randomFrom(1);
    const judged = many(60, () => simulate(random, SCENARIO, BALANCED));
    assert.ok(judged.share('promoted') >= 0.98, `${judged.share('promoted')}`);
    const long: Scenario = {
      ...SCENARIO,
      weights: [5, 10, 20, 30, 50, 50].flatMap((w) => Array.from({ length: 10 }, () => w)),
    };
    const limited = many(300, () => simulateLimit(random, long, { limit: 0.01, threshold: 4 }));
    assert.ok(limited.share('rolled-back') > 0.4, `${limited.share('rolled-back')}`);
  });

  void it('one that fails five times as often is rolled back by the evidence, and by a limit of 5 % hardly ever', () => {
    const random = randomFrom(2);
    const worse = { ...SCENARIO, canaryErrors: 0.025 };
    const judged = many(60, () => simulate(random, worse, BALANCED));
    assert.equal(judged.share('rolled-back'), 1);
    assert.ok(judged.median <= 4, `${judged.median}`);
    const limited = many(300, () => simulateLimit(random, worse, { limit: 0.05, threshold: 4 }));
    assert.ok(limited.share('rolled-back') < 0.02, `${limited.share('rolled-back')}`);
  });

  void it('at one request a second nobody is rolled back for nothing', () => {
    const random = randomFrom(3);
    const quiet = { ...SCENARIO, requestsPerSecond: 1 };
    assert.equal(many(40, () => simulate(random, quiet, BALANCED)).share('rolled-back'), 0);
  });
});

void describe('the forecast', () => {
  void it('comes near to what is simulated', () => {
    const expected = { requestsPerWindow: 3000, primaryErrors: 0.005, weight: 5 };
    assert.ok(Math.abs(windowsUntilFail(expected, 5, LIMITS, BUDGETS) - 2.6) < 0.1);
    const random = randomFrom(4);
    const one = { ...SCENARIO, weights: [5], canaryErrors: 0.025 };
    const { median } = many(60, () => simulate(random, one, BALANCED));
    assert.ok(Math.abs(median - 3) <= 1, `${median}`);
  });

  void it('what is tolerated is never rolled back', () => {
    assert.equal(
      windowsUntilFail({ requestsPerWindow: 1, primaryErrors: 0.1, weight: 50 }, 1.25, LIMITS, BUDGETS),
      Infinity,
    );
  });

  for (const [floor, requests] of [
    [0.01, 442],
    [0.001, 4420],
  ] as const) {
    void it(`${requests} clean requests prove a canary by a floor of ${floor}`, () => {
      assert.ok(Math.abs(cleanRequestsUntilPass({ ...LIMITS, floor }, BUDGETS) / requests - 1) < 0.015);
    });
  }
});
