import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from '../../src/loadtest/load/histogram.js';

const SHARES = [0.01, 0.5, 0.9, 0.99, 0.999, 1];

function exact(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

function filled(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('the histogram', () => {
  test('is within 1 % of every percentile, whatever was recorded', () => {
    const anything = fc.oneof(
      fc.nat(200),
      fc.nat(100_000),
      fc.nat(2 ** 31 - 1),
      fc.integer({ min: 2 ** 31, max: 2 ** 32 - 1 }),
    );
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 300 }), (values) => {
        const histogram = filled(values);
        for (const share of SHARES) {
          const is = exact(values, share);
          const error = Math.abs(histogram.percentile(share) - is);
          assert.ok(error <= is * 0.01, `p${share * 100}: ${histogram.percentile(share)} instead of ${is}`);
        }
        assert.equal(histogram.max, Math.max(...values));
      }),
      { numRuns: 500 },
    );
  });

  test('that was recorded in parts says what one says that was recorded at once', () => {
    const values = fc.array(fc.nat(10_000_000), { maxLength: 100 });
    fc.assert(
      fc.property(values, values, (some, others) => {
        const parts = filled(some);
        const other = filled(others);
        // As it travels from one process to the next.
        parts.add(JSON.parse(JSON.stringify(other.steps)) as typeof other.steps, other.max);
        const whole = filled([...some, ...others]);
        for (const share of SHARES) assert.equal(parts.percentile(share), whole.percentile(share));
        assert.equal(parts.max, whole.max);
      }),
    );
  });

  test('is exact below 128', () => {
    const values = Array.from({ length: 128 }, (_, value) => value);
    for (const share of SHARES) assert.equal(filled(values).percentile(share), exact(values, share));
  });

  test('steps never run backwards, and none is left out', () => {
    let before = -1;
    for (let value = 1; value < 2 ** 32; value = Math.ceil(value * 1.003)) {
      const shown = filled([value, 2 ** 32]).percentile(0.5);
      assert.ok(shown >= before && Math.abs(shown - value) <= value * 0.008, `${value} is shown as ${shown}`);
      before = shown;
    }
  });

  test('takes odd values', () => {
    assert.equal(new Histogram().percentile(0.99), 0);
    assert.equal(new Histogram().max, 0);
    assert.equal(filled([-5]).percentile(0.5), 0);
    assert.equal(filled([2 ** 50]).max, 2 ** 50);
    assert.ok(filled([2 ** 50]).percentile(0.5) >= 2 ** 31);
  });
});
