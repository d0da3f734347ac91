import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SmoothWeighted } from '../../lab/gateway/routing/smooth-weighted.js';

function picks<T>(balancer: SmoothWeighted<T>, count: number): (T | undefined)[] {
  return Array.from({ length: count }, () => balancer.pick());
}

describe('smooth weighted round robin', () => {
  it('spreads the rarer picks among the others', () => {
    const balancer = new SmoothWeighted([5, 1, 1], (weight) => weight);
    assert.deepEqual(picks(new SmoothWeighted(['a', 'b'], (item) => (item === 'a' ? 3 : 1)), 4), ['a', 'a', 'b', 'a']);
    assert.equal(picks(balancer, 7).filter((item) => item === 5).length, 5);
  });

  it('never picks what has no weight, and nothing when nothing has', () => {
    const balancer = new SmoothWeighted(['primary', 'canary'], (item) => (item === 'primary' ? 100 : 0));
    assert.ok(picks(balancer, 50).every((item) => item === 'primary'));
    assert.equal(new SmoothWeighted(['a'], () => 0).pick(), undefined);
    assert.equal(new SmoothWeighted([], () => 1).pick(), undefined);
  });

  it('gives each item its exact share in every full round', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }), (weights) => {
        const items = weights.map((_, index) => index);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const picked = picks(new SmoothWeighted(items, (item) => weights[item] ?? 0), total);
        assert.deepEqual(
          items.map((item) => picked.filter((one) => one === item).length),
          weights,
        );
      }),
    );
  });
});
