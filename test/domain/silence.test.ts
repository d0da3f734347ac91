import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { longestWait, patienceOf } from '../../src/domain/silence.js';

/** What a look takes, in seconds, with something to spare. */
const WORK = 4;

describe('a Lease', () => {
  test('has a whole term left at any moment, if it is looked at once a wait', () => {
    for (const [minimum, interval] of [
      [60, 1],
      [60, 10],
      [60, 30],
      [60, 300],
      [20, 60],
      [5, 2],
    ] as const) {
      const term = Math.max(minimum, 3 * interval);
      for (const wait of [interval, 300]) {
        const { seconds, renewBelow } = patienceOf(minimum, interval, wait);
        let left = seconds;
        let least = left;
        for (let look = 0; look < 50; look += 1) {
          left -= wait + Math.min(look % (WORK + 1), wait);
          least = Math.min(least, left);
          if (left <= renewBelow) left = seconds;
        }
        assert.ok(least >= term, `${least} s of ${term} s, for waits of ${wait} s`);
      }
    }
  });

  test('that a batch of effects has just renewed needs no renewal at the next look', () => {
    const { seconds, renewBelow } = patienceOf(60, 10);
    assert.ok(seconds - 10 - 3 > renewBelow);
  });
});

test('while a canary is met nobody waits longer than an interval', () => {
  const policy = { intervalSeconds: 20 } as NonNullable<Parameters<typeof longestWait>[0]['policy']>;
  assert.equal(longestWait({ phase: 'Progressing', policy }), 20);
  assert.equal(longestWait({ phase: 'Initializing', policy }), 300);
});
