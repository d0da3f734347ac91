import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scoresOf, verdictOf } from '../../src/judgement/evidence.js';
import { NOTHING_REMEMBERED, ratioInterval, remembering } from '../../src/judgement/interval.js';
import { BUDGETS, evidenceAfter, isNear, LIMITS, windowOf, type Tuple } from './ratio.js';

const QUIET: readonly Tuple[] = [
  [2, 1000, 18, 9000],
  [1, 1000, 22, 9000],
  [3, 1000, 17, 9000],
];
const LOUD: readonly Tuple[] = [
  [9, 1000, 18, 9000],
  [8, 1000, 22, 9000],
];
const RISING: readonly Tuple[] = [
  [4, 500, 40, 9500],
  [9, 1000, 36, 9000],
  [19, 2000, 31, 8000],
];

interface Vector {
  readonly name: string;
  readonly windows: readonly Tuple[];
  readonly limits?: Partial<typeof LIMITS>;
  readonly worse: number;
  readonly above?: number;
  readonly near?: number;
  readonly below?: number;
  readonly verdict?: string;
}

const VECTORS: readonly Vector[] = [
  {
    name: 'a quiet canary',
    windows: QUIET,
    worse: 0.067637,
    above: 1.35876,
    near: 3.15976,
    below: 0.0180988,
    verdict: 'WAIT',
  },
  {
    name: 'a canary that fails',
    windows: LOUD,
    worse: 179.499,
    above: 4.1286e8,
    near: 0.0107129,
    below: 5.18478e-6,
    verdict: 'FAIL',
  },
  {
    name: 'the same, where counts scatter',
    windows: LOUD,
    limits: { dispersion: 2 },
    worse: 11.0845,
    above: 12455.5,
    near: 0.0495754,
    below: 0.00114255,
    verdict: 'WAIT',
  },
  {
    name: 'a primary without errors',
    windows: [[3, 500, 0, 9500]],
    worse: 53.8856,
    above: 10.6005,
    near: 0.102026,
    below: 0.0465672,
    verdict: 'WAIT',
  },
  {
    name: 'no errors at all',
    windows: Array.from({ length: 10 }, (): Tuple => [0, 500, 0, 9500]),
    worse: 1,
    above: 0.0221494,
    near: 1,
    below: 67.8508,
    verdict: 'PASS',
  },
  {
    name: 'weights that rise',
    windows: RISING,
    worse: 10.9191,
    above: 3.19252e17,
    near: 0.0178508,
    below: 3.3496e-10,
    verdict: 'WAIT',
  },
  { name: 'weights that rise, by a stricter limit', windows: RISING, limits: { tolerated: 1 }, worse: 231.699 },
  {
    name: 'a window without canary requests first',
    windows: [
      [0, 0, 5, 9000],
      [5, 5, 40, 9000],
    ],
    worse: 5416.27,
    above: 6420.98,
    near: 0.0363923,
    below: 0.00808478,
    verdict: 'FAIL',
  },
];

void describe('the anytime ratio check, by known vectors', () => {
  for (const { name, windows, limits, verdict, ...wanted } of VECTORS) {
    void it(name, () => {
      const scores = scoresOf(evidenceAfter(windows, { ...LIMITS, ...limits }));
      for (const part of ['worse', 'above', 'near', 'below'] as const) {
        const value = wanted[part];
        if (value === undefined) continue;
        assert.ok(isNear(Math.exp(scores[part]), value), `${part} is ${Math.exp(scores[part])}, not ${value}`);
      }
      if (verdict !== undefined) assert.equal(verdictOf(scores, BUDGETS), verdict);
    });
  }

  void it('E_fail is the smaller, E_pass the mean of its two', () => {
    assert.ok(isNear(Math.exp(scoresOf(evidenceAfter(QUIET)).pass), 1.58893));
    assert.ok(isNear(Math.exp(scoresOf(evidenceAfter([[3, 500, 0, 9500]])).fail), 10.6005));
    const clean = Array.from({ length: 10 }, (): Tuple => [0, 500, 0, 9500]);
    assert.ok(isNear(Math.exp(scoresOf(evidenceAfter(clean)).pass), 34.4254));
  });

  void it('the interval of the ratio', () => {
    const memory = RISING.map(windowOf).reduce(remembering, NOTHING_REMEMBERED);
    const { lower, upper = NaN } = ratioInterval(memory, 0.05, 1);
    assert.ok(isNear(lower, 1.1296, 4), `${lower}`);
    assert.ok(isNear(upper, 4.3071, 4), `${upper}`);
  });

  // By the ratio part alone, at a weight in percent.
  const ERRORS_NEEDED: readonly (readonly [weight: number, errors: number])[] = [
    [1, 3],
    [5, 4],
    [10, 4],
    [20, 6],
    [30, 7],
    [50, 12],
  ];
  for (const [weight, errors] of ERRORS_NEEDED) {
    void it(`${errors} errors at weight ${weight} are enough where the primary has none`, () => {
      const score = (bad: number) => scoresOf(evidenceAfter([[bad, weight * 1000, 0, (100 - weight) * 1000]])).worse;
      assert.ok(score(errors) >= Math.log(100));
      assert.ok(score(errors - 1) < Math.log(100));
    });
  }

  for (const [floor, requests] of [
    [0.01, 442],
    [0.001, 4420],
  ] as const) {
    void it(`some ${requests} clean requests prove a canary by the floor of ${floor} alone`, () => {
      const pass = (n: number) => scoresOf(evidenceAfter([[0, n, 0, 0]], { ...LIMITS, floor })).pass;
      assert.ok(pass(requests * 1.01) >= Math.log(20));
      assert.ok(pass(requests * 0.99) < Math.log(20));
    });
  }
});
