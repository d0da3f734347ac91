import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochOf, isCredible, parseFence } from '../../src/domain/decision/fence.js';

test('a stamp is two whole numbers, of which a Lease can count to the first', () => {
  assert.deepEqual(parseFence('501.7'), { epoch: 501, seq: 7 });
  assert.deepEqual(parseFence('1000000000.0'), { epoch: 1_000_000_000, seq: 0 }, 'as what stands on objects already');
  for (const text of [
    undefined,
    '',
    '1',
    '.',
    '1.',
    '-1.0',
    '1e9.0',
    '2147483647.0',
    '99999999999.0',
    '1.1.1',
    ' 1.1',
    '1.1\n',
  ]) {
    assert.equal(parseFence(text), undefined, text);
  }
});

test('it is believed where there may have been as many runs', () => {
  const far = (epoch: number, known: number): boolean => isCredible({ epoch, seq: 0 }, known);
  assert.ok(far(501, 1) && far(1_000_000, 0) && far(3, 900) && far(1_500_000_000, 1_499_999_999));
  assert.ok(!far(1_000_001, 0) && !far(999_999_999, 7));
});

test('a Lease counts for nothing where nobody could take it after that', () => {
  assert.equal(epochOf(7), 7);
  for (const count of [0, -1, 2_147_483_647, 2_147_483_648, 1.5, NaN, Infinity])
    assert.equal(epochOf(count), 0, String(count));
});
