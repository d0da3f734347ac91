import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cleanRequestsUntilPass, windowsUntilFail } from '../../src/judgement/before/forecast.js';
import { judgedBy, outcome } from '../simulation/fixtures.js';
import { BUDGETS, LIMITS } from './ratio.js';

void describe('the forecast', () => {
  void it('comes near to what is simulated', () => {
    const expected = { requestsPerWindow: 3000, primaryErrors: 0.005, weight: 5 };
    assert.ok(Math.abs(windowsUntilFail(expected, 5, LIMITS, BUDGETS) - 2.6) < 0.1);
    const bad = { requestsPerSecond: 100, primaryErrors: 0.005, canaryErrors: 0.025 };
    const { secondsToRollBack = NaN } = outcome(60, 4, judgedBy('preset: careful', { stepWeights: [5] }), bad);
    assert.ok(Math.abs(secondsToRollBack / 30 - 3) <= 1, `${secondsToRollBack}`);
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
