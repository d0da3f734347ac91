import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_EVIDENCE, scoresOf, withWindow, type Scores } from '../../src/judgement/evidence.js';
import { isCovered, NOTHING_REMEMBERED, ratioInterval, remembering } from '../../src/judgement/interval.js';
import { lateFailScore, NO_LATE_EVIDENCE, withLateWindow } from '../../src/judgement/late.js';
import { NOTHING_SHOWN, weigh } from '../../src/judgement/release.js';
import type { Rules } from '../../src/judgement/rules.js';
import { poisson, randomFrom, type Random } from '../../src/judgement/random.js';
import type { WindowCounts } from '../../src/judgement/counts.js';
import { BUDGETS, LIMITS } from './ratio.js';

/** A release of 60 windows of 30 s: 5, 10, 20, 30 % for ten each, then 50 %. */
const WEIGHTS = [5, 10, 20, 30, 50, 50].flatMap((weight) => Array.from({ length: 10 }, () => weight / 100));
const WINDOW_SECONDS = 30;
const FAIL_AT = Math.log(1 / BUDGETS.falseRollback);
const PASS_AT = Math.log(1 / BUDGETS.wrongPromotion);

interface Truth {
  readonly rps: number;
  readonly primary: number;
  readonly canary: number;
}

function* release(random: Random, { rps, primary, canary }: Truth): Generator<WindowCounts> {
  for (const weight of WEIGHTS) {
    const requests = rps * WINDOW_SECONDS;
    // A base rate that moves: it must cancel.
    const surge = random() < 0.1 ? 3 : 1;
    const arm = (n: number, rate: number) => ({ requests: n, bad: Math.min(n, poisson(random, n * rate * surge)) });
    const mine = Math.round(requests * weight);
    yield { canary: arm(mine, canary), primary: arm(requests - mine, primary) };
  }
}

/** Shares of `runs` releases in which something was ever so. */
function ever(runs: number, truth: Truth, seed: number, is: (scores: Scores) => boolean): number {
  const random = randomFrom(seed);
  let found = 0;
  for (let run = 0; run < runs; run += 1) {
    let evidence = NO_EVIDENCE;
    for (const window of release(random, truth)) {
      evidence = withWindow(evidence, window, LIMITS);
      if (!is(scoresOf(evidence))) continue;
      found += 1;
      break;
    }
  }
  return found / runs;
}

/** Three standard errors above a budget: a right implementation exceeds it once in a thousand changes of the seed. */
function withinBudget(budget: number, runs: number): number {
  return budget + 3 * Math.sqrt((budget * (1 - budget)) / runs);
}

void describe('what the anytime ratio check promises, by simulation', () => {
  const RUNS = 2000;

  void it('a canary at the edge of what is tolerated ever FAILs with at most α', () => {
    const share = ever(RUNS, { rps: 20, primary: 0.02, canary: 0.025 }, 1, ({ fail }) => fail >= FAIL_AT);
    assert.ok(share <= withinBudget(BUDGETS.falseRollback, RUNS), `${share}`);
    assert.ok(share > 0, 'the edge is where it is hardest: a check that never fails is no check');
  });

  void it('a canary at the edge of the unacceptable ever PASSes with at most β', () => {
    const share = ever(RUNS, { rps: 20, primary: 0.01, canary: 0.02 }, 2, ({ pass }) => pass >= PASS_AT);
    assert.ok(share <= withinBudget(BUDGETS.wrongPromotion, RUNS), `${share}`);
    assert.ok(share > 0);
  });

  void it('a canary at the floor ever FAILs with at most α, however good the primary is', () => {
    const random = randomFrom(3);
    let failed = 0;
    for (let run = 0; run < RUNS; run += 1) {
      let evidence = NO_EVIDENCE;
      for (let i = 0; i < 60; i += 1) {
        const canary = { requests: 1500, bad: poisson(random, 1500 * LIMITS.floor) };
        evidence = withWindow(evidence, { canary, primary: { requests: 1500, bad: 0 } }, LIMITS);
        if (scoresOf(evidence).fail < FAIL_AT) continue;
        failed += 1;
        break;
      }
    }
    assert.ok(failed / RUNS <= withinBudget(BUDGETS.falseRollback, RUNS), `${failed / RUNS}`);
  });

  void it('several metrics, each at its edge: any of them ever FAILs a release with at most α together', () => {
    const rules: Rules = {
      budgets: BUDGETS,
      metrics: ['errors', 'checkouts', 'searches'].map((name) => ({ name, share: 1 / 3, limits: LIMITS })),
      tripwire: { share: 0.9, requests: 20 },
      split: { tolerance: 0.25, budget: 0.001 },
    };
    const random = randomFrom(6);
    const runs = 400;
    let failed = 0;
    for (let run = 0; run < runs; run += 1) {
      let evidence = NOTHING_SHOWN;
      const courses = rules.metrics.map(() => release(random, { rps: 20, primary: 0.02, canary: 0.025 }));
      for (let i = 0; i < WEIGHTS.length; i += 1) {
        const windows = courses.map((course) => course.next().value as WindowCounts);
        const [first] = windows;
        assert.ok(first);
        const requests = { canary: first.canary.requests, primary: first.primary.requests };
        const counts = Object.fromEntries(rules.metrics.map(({ name }, metric) => [name, windows[metric] ?? first]));
        const looked = weigh(evidence, { weight: 100 * (WEIGHTS[i] ?? 0), requests, counts }, rules);
        evidence = looked.evidence;
        if (looked.weighed.verdict !== 'FAIL') continue;
        failed += 1;
        break;
      }
    }
    assert.ok(failed / runs <= withinBudget(BUDGETS.falseRollback, runs), `${failed / runs}`);
  });

  void it('the restartable form keeps to α, too', () => {
    const random = randomFrom(4);
    let failed = 0;
    for (let run = 0; run < RUNS; run += 1) {
      let late = NO_LATE_EVIDENCE;
      for (const window of release(random, { rps: 20, primary: 0.02, canary: 0.025 })) {
        late = withLateWindow(late, window, LIMITS);
        if (lateFailScore(late) < FAIL_AT) continue;
        failed += 1;
        break;
      }
    }
    assert.ok(failed / RUNS <= withinBudget(BUDGETS.falseRollback, RUNS), `${failed / RUNS}`);
  });

  void it('the interval misses the ratio at any time of a release with at most 5 %', () => {
    const runs = 300;
    const random = randomFrom(5);
    let missed = 0;
    for (let run = 0; run < runs; run += 1) {
      let memory = NOTHING_REMEMBERED;
      for (const window of release(random, { rps: 20, primary: 0.01, canary: 0.018 })) {
        memory = remembering(memory, window);
        const { lower, upper = Infinity } = ratioInterval(memory, 0.05, 1);
        assert.equal(isCovered(memory, 1.8, 0.05, 1), lower <= 1.8 && 1.8 <= upper);
        if (lower <= 1.8 && 1.8 <= upper) continue;
        missed += 1;
        break;
      }
    }
    assert.ok(missed / runs <= withinBudget(0.05, runs), `${missed / runs}`);
  });
});

interface Row extends Truth {
  readonly fails: number;
  /** Median of the windows until then. */
  readonly failsAt?: number;
  readonly passes: number;
  readonly passesAt?: number;
}

// Shares by the numbers that were expected when the check was chosen.
const TABLE: readonly Row[] = [
  { rps: 10, primary: 0.005, canary: 0.005, fails: 0, passes: 0.51 },
  { rps: 100, primary: 0.005, canary: 0.005, fails: 0, passes: 1, passesAt: 15 },
  { rps: 1000, primary: 0.005, canary: 0.005, fails: 0, passes: 1, passesAt: 3 },
  { rps: 10, primary: 0.005, canary: 0.01, fails: 0.19, passes: 0.013 },
  { rps: 100, primary: 0.005, canary: 0.01, fails: 0.98, failsAt: 26, passes: 0.018 },
  { rps: 10, primary: 0.005, canary: 0.025, fails: 1, failsAt: 18, passes: 0 },
  { rps: 100, primary: 0.005, canary: 0.025, fails: 1, failsAt: 3, passes: 0 },
  { rps: 1, primary: 0.005, canary: 1, fails: 1, failsAt: 3, passes: 0 },
  { rps: 100, primary: 0, canary: 0, fails: 0, passes: 1, passesAt: 20 },
  { rps: 100, primary: 0, canary: 0.0005, fails: 0, passes: 0.85, passesAt: 44 },
];

void describe('how soon the anytime ratio check decides', () => {
  const RUNS = 400;
  for (const [index, { fails, failsAt, passes, passesAt, ...truth }] of TABLE.entries()) {
    const { rps, primary, canary } = truth;
    void it(`${primary * 100} % of the primary's and ${canary * 100} % of the canary's at ${rps} a second`, () => {
      const random = randomFrom(100 + index);
      const [failed, passed]: [number[], number[]] = [[], []];
      for (let run = 0; run < RUNS; run += 1) {
        let evidence = NO_EVIDENCE;
        for (const [at, window] of [...steady(random, truth)].entries()) {
          evidence = withWindow(evidence, window, LIMITS);
          const scores = scoresOf(evidence);
          const is = scores.fail >= FAIL_AT ? failed : scores.pass >= PASS_AT ? passed : undefined;
          if (is === undefined) continue;
          is.push(at + 1);
          break;
        }
      }
      near(failed.length / RUNS, fails, RUNS);
      near(passed.length / RUNS, passes, RUNS);
      if (failsAt !== undefined) assert.ok(Math.abs(median(failed) - failsAt) <= 2, `fails at ${median(failed)}`);
      if (passesAt !== undefined) assert.ok(Math.abs(median(passed) - passesAt) <= 2, `passes at ${median(passed)}`);
    });
  }
});

function* steady(random: Random, { rps, primary, canary }: Truth): Generator<WindowCounts> {
  for (const weight of WEIGHTS) {
    const requests = rps * WINDOW_SECONDS;
    const mine = Math.max(1, Math.round(requests * weight));
    const arm = (n: number, rate: number) => ({
      requests: n,
      bad: rate === 1 ? n : Math.min(n, poisson(random, n * rate)),
    });
    yield { canary: arm(mine, canary), primary: arm(requests - mine, primary) };
  }
}

/** Both shares are samples; the expected ones of thousands of runs. */
function near(actual: number, wanted: number, runs: number): void {
  const error = 4 * Math.sqrt(Math.max(wanted * (1 - wanted), 0.01) / runs);
  assert.ok(Math.abs(actual - wanted) <= error, `${actual}, not ${wanted} ± ${error}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
