import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { podsToComeHome, type Sides } from '../../src/domain/capacity.js';

const CASES: readonly [string, Sides, number][] = [
  ['a size that somebody has chosen holds', { primary: 3, canary: 3, weight: 50 }, 3],
  ['what an autoscaler has fitted holds, too: it goes on', { primary: 5, canary: 5, weight: 50 }, 5],
  ['as many as serve everybody now', { primary: 2, canary: 6, weight: 100 }, 6],
  ['never fewer than there are', { primary: 6, canary: 2, weight: 100 }, 6],
  ['no more than the autoscaler allows', { primary: 5, canary: 9, weight: 100, most: 8 }, 8],
  ['a primary that was scaled to nothing', { primary: 0, canary: 2, weight: 25 }, 2],
  ['at least one', { primary: 0, canary: 0, weight: 0 }, 1],
  ['nothing has moved', { primary: 4, canary: 4, weight: 0 }, 4],
];

describe('pods that the primary needs before all traffic comes back', () => {
  for (const [what, sides, pods] of CASES) {
    test(what, () => {
      assert.equal(podsToComeHome(sides), pods);
    });
  }
});
