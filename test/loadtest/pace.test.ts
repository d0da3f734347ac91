import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nextDue } from '../../src/loadtest/load/pace.js';

describe('the grid', () => {
  const table: readonly (readonly [string, number, number, number, number])[] = [
    ['in time', 1_000, 100, 1_001, 1_100],
    ['a little late: made up for', 1_000, 10, 1_040, 1_010],
    ['one point missed: it waits already', 1_000, 100, 1_150, 1_100],
    ['many missed: not owed', 1_000, 100, 2_055, 2_000],
  ];
  for (const [title, due, interval, now, expected] of table) {
    test(title, () => assert.equal(nextDue(due, interval, now), expected));
  }

  test('is never left, and never far behind', () => {
    const interval = fc.integer({ min: 1, max: 1_000 });
    fc.assert(
      fc.property(fc.nat(10_000), interval, fc.nat(100_000), (due, intervalMs, late) => {
        const next = nextDue(due, intervalMs, due + late);
        assert.equal((next - due) % intervalMs, 0);
        assert.ok(next > due);
        assert.ok(next >= due + late - Math.max(intervalMs, 50));
      }),
    );
  });
});
