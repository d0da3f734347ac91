import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { succeeded, waitAfter, worthRetrying, type Attempt } from '../../src/webhooks/retry.js';

const answered = (status: number, retryAfter?: string): Attempt => ({ kind: 'answered', status, text: '', retryAfter });
const unanswered = (mayPass: boolean): Attempt => ({ kind: 'unanswered', reason: 'refused', mayPass });

describe('which answers succeed and which are asked again', () => {
  const table: readonly (readonly [number, boolean, boolean])[] = [
    [199, false, false],
    [200, true, false],
    [201, true, false],
    [202, true, false],
    [203, true, false],
    [204, true, false],
    [206, true, false],
    [299, true, false],
    [304, false, false],
    [400, false, false],
    [403, false, false],
    [404, false, false],
    [429, false, true],
    [500, false, true],
    [501, false, false],
    [503, false, true],
    [599, false, true],
  ];
  for (const [status, success, again] of table) {
    test(String(status), () => {
      assert.equal(succeeded(answered(status)), success);
      assert.equal(!success && worthRetrying(answered(status)), again);
    });
  }

  test('no answer', () => {
    assert.equal(succeeded(unanswered(true)), false);
    assert.equal(worthRetrying(unanswered(true)), true);
    assert.equal(worthRetrying(unanswered(false)), false);
  });
});

describe('waitAfter', () => {
  test('doubles from one second to thirty', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 100, 5_000].map((made) => waitAfter(unanswered(true), made, 0));
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  });

  const now = Date.parse('2024-05-01T12:00:00Z');
  const table: readonly (readonly [string, Attempt, number])[] = [
    ['429 in seconds', answered(429, '7'), 7_000],
    ['503 in seconds', answered(503, ' 45 '), 45_000],
    ['at once', answered(503, '0'), 0],
    ['a date', answered(503, 'Wed, 01 May 2024 12:00:09 GMT'), 9_000],
    ['a date gone by', answered(429, 'Wed, 01 May 2024 11:00:00 GMT'), 0],
    ['more than five minutes', answered(429, '86400'), 300_000],
    ['nonsense', answered(429, 'soon'), 4_000],
    ['empty', answered(429, ''), 4_000],
    ['not for a 500', answered(500, '7'), 4_000],
  ];
  for (const [title, tried, wait] of table) test(title, () => assert.equal(waitAfter(tried, 3, now), wait));
});
