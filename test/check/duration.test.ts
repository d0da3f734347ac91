import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bestCase } from '../../src/check/duration.js';
import type { Policy, Strategy } from '../../src/domain/policy.js';
import { Model, PASSING, policyWith } from '../domain/model.js';

const percent = fc.integer({ min: 1, max: 100 });
const stepWeightPromotion = fc.oneof(fc.constant(0), percent);
const mirror = fc.constantFrom({}, { mirror: true as const });
const iterations = fc.integer({ min: 1, max: 12 });

const linear = fc
  .tuple(fc.integer({ min: 5, max: 150 }), percent, stepWeightPromotion, mirror)
  .map(([stepWeight, maxWeight, back, more]) => ({
    ...{ kind: 'canary' as const, stepWeight, maxWeight, stepWeightPromotion: back },
    ...more,
  }));
const listed = fc
  .tuple(fc.uniqueArray(percent, { minLength: 1, maxLength: 8 }), stepWeightPromotion, mirror)
  .map(([weights, back, more]) => {
    const sorted = [...weights].sort((a, b) => a - b);
    const maxWeight = sorted.at(-1) ?? 100;
    return { kind: 'canary' as const, weights: sorted, maxWeight, stepWeightPromotion: back, ...more };
  });
const ab = fc.record({ kind: fc.constant('ab' as const), iterations, stepWeightPromotion });
const blueGreen = fc
  .tuple(iterations, stepWeightPromotion, mirror)
  .map(([n, back, more]) => ({ kind: 'blueGreen' as const, iterations: n, stepWeightPromotion: back, ...more }));

/** A release without any trouble, on the very core that decides what comes next. */
function played(policy: Policy): { readonly seconds: number; readonly checks: number } {
  const model = new Model({ policy });
  model.canaryReadySeconds = 0;
  model.primaryReadySeconds = 0;
  let checks = 0;
  model.analysis = () => {
    checks += 1;
    return PASSING;
  };
  const began = model.now;
  model.run(10_000);
  assert.equal(model.state.ending?.kind, 'promoted');
  return { seconds: (model.now - began) / 1000, checks };
}

describe('the shortest time of a release', () => {
  test('is what the core takes when every check passes', () => {
    fc.assert(
      fc.property(
        fc.oneof(linear, listed, ab, blueGreen) as fc.Arbitrary<Strategy>,
        fc.integer({ min: 1, max: 600 }),
        fc.boolean(),
        (strategy, intervalSeconds, skipAnalysis) => {
          const policy = policyWith({ strategy, intervalSeconds, skipAnalysis });
          const { seconds, checks } = bestCase(policy);
          assert.deepEqual({ seconds, checks }, played(policy));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('without a router too', () => {
    fc.assert(
      fc.property(iterations, (n) => {
        const strategy: Strategy = { kind: 'blueGreen', iterations: n, stepWeightPromotion: 0 };
        const policy = policyWith({ strategy, routed: false, provider: 'kubernetes' });
        const { seconds, checks } = bestCase(policy);
        assert.deepEqual({ seconds, checks }, played(policy));
      }),
    );
  });

  test('is explained', () => {
    const cases: readonly (readonly [Partial<Policy>, number, string])[] = [
      [{}, 50, '5 checks 10s apart (canary at 10, 20, 30, 40, 50 %)'],
      [
        { strategy: { kind: 'canary', stepWeight: 5, maxWeight: 100, stepWeightPromotion: 50 }, intervalSeconds: 60 },
        1260,
        '20 checks 1m0s apart (canary at 5, 10, 15, 20, 25, 30, 35, 40, …, 100 %), then 2 moves of traffic back to the primary',
      ],
      [
        { strategy: { kind: 'canary', weights: [20], maxWeight: 20, stepWeightPromotion: 0, mirror: true } },
        20,
        '2 checks 10s apart (canary at mirror, 20 %)',
      ],
      [
        { strategy: { kind: 'ab', iterations: 1, stepWeightPromotion: 0 } },
        10,
        '1 check after 10s (A/B test of 1 iteration)',
      ],
      [
        { strategy: { kind: 'blueGreen', iterations: 10, stepWeightPromotion: 0 } },
        110,
        '11 checks 10s apart (Blue/Green of 10 iterations, and a check with all traffic)',
      ],
      [{ skipAnalysis: true }, 0, 'the analysis is skipped: promoted as soon as the canary is ready'],
    ];
    for (const [changes, seconds, explanation] of cases) {
      const best = bestCase(policyWith(changes));
      assert.deepEqual([best.seconds, best.explanation], [seconds, explanation]);
    }
  });

  test('says what a fresh baseline takes besides', () => {
    const usual = policyWith({});
    assert.doesNotMatch(bestCase(usual, 3).explanation, /baseline/);
    const wait = { seconds: 60, text: '1m', then: 'hold' } as const;
    const judgement = { digest: 'd', steps: 'guard', promotion: 'prove', wait, baseline: true } as const;
    const compared = { ...usual, judgement };
    assert.match(bestCase(compared).explanation, /; its fresh baseline takes as many pods again as the canary/);
    assert.match(bestCase(compared, 3).explanation, /; its fresh baseline takes 3 more pods, as many as the canary/);
    assert.equal(bestCase(compared, 3).seconds, bestCase(usual).seconds);
  });
});
