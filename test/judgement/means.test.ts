import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomFrom } from '../../src/judgement/random.js';
import type { Rules } from '../../src/judgement/rules.js';
import { judge, NOTHING_SHOWN, type Judgement } from '../../src/judgement/release.js';
import { inWords } from '../../src/judgement/words.js';
import { BUDGETS, LIMITS } from './ratio.js';
import { DRAWS, everBy, UNBOUNDED } from './values.js';

const RUNS = 200;

/** Three standard errors above a budget. */
function within(budget: number): number {
  return budget + 3 * Math.sqrt((budget * (1 - budget)) / RUNS);
}

void describe('means of values with a largest one, by simulation', () => {
  for (const [name, draw] of Object.entries(DRAWS)) {
    void it(`${name}: at the edge of what is tolerated with at most α, at that of the unacceptable with at most β`, () => {
      for (const [worse, edge, bad] of [
        ['higher', LIMITS.tolerated, LIMITS.unacceptable],
        ['lower', 1 / LIMITS.tolerated, 1 / LIMITS.unacceptable],
      ] as const) {
        const tolerated = everBy(randomFrom(1), RUNS, { draw, times: edge, worse });
        assert.ok(tolerated.fail <= within(BUDGETS.falseRollback), `${worse} ${tolerated.fail}`);
        const unacceptable = everBy(randomFrom(2), RUNS, { draw, times: bad, worse });
        assert.ok(unacceptable.pass <= within(BUDGETS.wrongPromotion), `${worse} ${unacceptable.pass}`);
        assert.ok(unacceptable.fail > 0.5, `${worse} ${unacceptable.fail}`);
      }
    });
  }

  void it('without a largest value nothing holds: equal versions are called bad', () => {
    assert.ok(everBy(randomFrom(3), RUNS, { draw: UNBOUNDED, times: 1 }).fail > 0.1);
  });
});

const rules = (worse: 'higher' | 'lower'): Rules => ({
  budgets: BUDGETS,
  metrics: [{ name: 'basket', share: 1, limits: LIMITS, mean: { atMost: 200, worse } }],
  tripwire: { share: 0.5, requests: 20 },
  split: { tolerance: 0.25, budget: 0.001 },
});

/** Windows of 100 baskets of the canary's and 900 of the primary's. */
function after(windows: number, means: { readonly canary: number; readonly primary: number }, by: Rules) {
  let [evidence, judgement] = [NOTHING_SHOWN, undefined as Judgement | undefined];
  const arm = (requests: number, mean: number) => ({ requests, bad: (requests * mean) / 200 });
  for (let i = 0; i < windows; i += 1) {
    const basket = { canary: arm(100, means.canary), primary: arm(900, means.primary) };
    const requests = { canary: 100, primary: 900 };
    ({ evidence, judgement } = judge(evidence, { weight: 10, requests, counts: { basket } }, by));
  }
  assert.ok(judgement);
  return { judgement, says: inWords(judgement, by, { counts: {}, windows }) };
}

void describe('a mean in a release', () => {
  void it('too small: the ratio, its interval and its limit are the canary’s by the primary’s', () => {
    const { judgement, says } = after(8, { canary: 20, primary: 40 }, rules('lower'));
    assert.equal(judgement.verdict, 'FAIL');
    const [basket] = judgement.metrics;
    assert.deepEqual(basket?.mean, { canary: 20, primary: 40, limit: 0.8 });
    assert.equal(basket.ratio, 0.5);
    assert.ok(basket.lower < 0.5 && 0.5 < (basket.upper ?? 0) && (basket.upper ?? 1) < 0.8);
    assert.match(
      says,
      /^basket: the canary’s mean is 20, the primary’s 40: 0\.5 times as much \(between 0\.\d+ and 0\.\d+\), limit 0\.8, after 8 windows$/,
    );
  });

  void it('too large, and the other way round', () => {
    assert.equal(after(8, { canary: 80, primary: 40 }, rules('higher')).judgement.verdict, 'FAIL');
    assert.notEqual(after(8, { canary: 80, primary: 40 }, rules('lower')).judgement.verdict, 'FAIL');
    assert.notEqual(after(8, { canary: 20, primary: 40 }, rules('higher')).judgement.verdict, 'FAIL');
  });

  void it('as large as the primary’s: proven; and no tripwire, however large', () => {
    assert.equal(after(20, { canary: 40, primary: 40 }, rules('lower')).judgement.verdict, 'PASS');
    const { judgement } = after(20, { canary: 190, primary: 190 }, rules('higher'));
    assert.deepEqual([judgement.tripped, judgement.passedOver, judgement.verdict], [undefined, undefined, 'PASS']);
  });

  void it('without any values: nobody passes, nobody fails', () => {
    const { judgement, says } = after(1, { canary: 0, primary: 0 }, rules('lower'));
    assert.equal(judgement.verdict, 'WAIT');
    assert.match(
      says,
      /^basket: the canary’s mean is 0, the primary’s 0, 100 values of the canary’s so far, 0 % of the way/,
    );
  });
});
