import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dispersionOf } from '../../src/judgement/dispersion.js';
import { NO_EVIDENCE, scoresOf, withWindow } from '../../src/judgement/evidence.js';
import {
  edgesToJudge,
  latencyScores,
  NO_EDGE,
  withLatencyWindow,
  type EdgeEvidence,
  type LatencyCounts,
} from '../../src/judgement/latency.js';
import { logGamma } from '../../src/judgement/numbers.js';
import { poisson, randomFrom, type Random } from '../../src/judgement/random.js';
import { isSplitWrong, NO_SPLIT, splitScore, type SplitCounts } from '../../src/judgement/split.js';
import { alarmOf } from '../../src/judgement/tripwire.js';
import { BUDGETS, isNear, LIMITS, windowOf } from './ratio.js';

void describe('numbers', () => {
  void it('ln Γ', () => {
    assert.ok(isNear(Math.exp(logGamma(11)), 3628800, 9));
    assert.ok(isNear(Math.exp(logGamma(0.5)), Math.sqrt(Math.PI), 9));
  });

  for (const mean of [0.3, 5, 40, 900]) {
    void it(`${mean} expected events happen ${mean} times, and scatter as they should`, () => {
      const random = randomFrom(7);
      const counts = Array.from({ length: 20_000 }, () => poisson(random, mean));
      const average = counts.reduce((a, b) => a + b) / counts.length;
      const variance = counts.reduce((sum, x) => sum + (x - average) ** 2, 0) / counts.length;
      assert.ok(Math.abs(average - mean) < 4 * Math.sqrt(mean / counts.length), `${average}`);
      assert.ok(isNear(variance, mean, 1), `${variance}`);
    });
  }
});

void describe('how counts scatter', () => {
  const windows = (seed: number, burst: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 200 }, () => ({ requests: 3000, bad: burst * poisson(random, 15 / burst) }));
  };
  void it('independent requests come to 1', () => {
    assert.ok((dispersionOf(windows(1, 1)) ?? NaN) < 1.3);
  });
  void it('failures that come in fours to 4', () => {
    assert.ok(Math.abs((dispersionOf(windows(2, 4)) ?? NaN) - 4) < 1.2);
  });
  void it('nothing is said by fewer than 30 windows', () => {
    assert.equal(dispersionOf(windows(1, 1).slice(0, 29)), undefined);
  });
  void it('a primary without bad requests scatters as independent ones do', () => {
    assert.equal(dispersionOf(Array.from({ length: 30 }, () => ({ requests: 10, bad: 0 }))), 1);
  });
  void it('failures in bursts of their own cost false rollbacks, which the right φ takes back', () => {
    const runs = 800;
    const falseRollbacks = (dispersion: number) => {
      const random = randomFrom(11);
      const limits = { ...LIMITS, tolerated: 1, dispersion };
      let failed = 0;
      for (let run = 0; run < runs; run += 1) {
        let evidence = NO_EVIDENCE;
        for (let i = 0; i < 60; i += 1) {
          const arm = () => ({ requests: 1500, bad: 4 * poisson(random, 7.5 / 4) });
          evidence = withWindow(evidence, { canary: arm(), primary: arm() }, limits);
          if (scoresOf(evidence).fail < Math.log(100)) continue;
          failed += 1;
          break;
        }
      }
      return failed / runs;
    };
    assert.ok(falseRollbacks(1) > 0.1);
    assert.ok(falseRollbacks(4) < 0.03);
  });
});

void describe('latency by the buckets of a histogram', () => {
  const EDGES = 10;
  const counts = (random: Random, slowness: number): LatencyCounts => {
    const arm = (requests: number, factor: number) => ({
      requests,
      // Log-normal with a median of 100 ms; edges from 50 ms on, each 1.35 times the one before.
      slower: slowerThan(random, requests, factor),
    });
    return { canary: arm(300, slowness), primary: arm(1200, 1) };
  };
  const slowerThan = (random: Random, requests: number, factor: number): readonly number[] => {
    const slower = Array.from({ length: EDGES }, () => 0);
    for (let i = 0; i < requests; i += 1) {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const ms = factor * 100 * Math.exp(0.5 * normal);
      for (let edge = 0; edge < EDGES && ms > 50 * 1.35 ** edge; edge += 1) slower[edge] = (slower[edge] ?? 0) + 1;
    }
    return slower;
  };
  const failShare = (slowness: number, runs: number) => {
    const random = randomFrom(21);
    const limits = { ...LIMITS, tolerated: 1 };
    let failed = 0;
    for (let run = 0; run < runs; run += 1) {
      const edges = edgesToJudge(counts(random, 1).primary);
      let evidence: readonly EdgeEvidence[] = edges.map(() => NO_EDGE);
      for (let i = 0; i < 20; i += 1) {
        const { canary, primary } = counts(random, slowness);
        const chosen = (arm: typeof canary) => ({ ...arm, slower: edges.map((edge) => arm.slower[edge] ?? 0) });
        evidence = withLatencyWindow(evidence, { canary: chosen(canary), primary: chosen(primary) }, limits);
        if (latencyScores(evidence).fail < Math.log(1 / BUDGETS.falseRollback)) continue;
        failed += 1;
        break;
      }
    }
    return failed / runs;
  };

  void it('edges that most requests pass are left out', () => {
    assert.deepEqual(edgesToJudge({ requests: 100, slower: [90, 50, 10, 0] }), [1, 2, 3]);
    assert.deepEqual(edgesToJudge({ requests: 0, slower: [0, 0] }), []);
  });
  void it('a canary as fast as the primary isn’t called slow', () => {
    assert.ok(failShare(1, 100) <= 0.04);
  });
  void it('a canary that is a quarter slower is', () => {
    assert.ok(failShare(1.25, 40) > 0.9);
  });
  void it('without any edge nothing is said', () => {
    assert.deepEqual(latencyScores([]), { fail: 0, pass: 0 });
  });
});

void describe('whether the requests went where the weight says', () => {
  const BUDGET = 0.001;
  const at = (canary: number, primary: number): SplitCounts => ({ ...NO_SPLIT, canary, primary });

  void it('nothing is known without requests, and little by three', () => {
    assert.equal(splitScore(at(0, 0), 0.1, 0.25), 0);
    assert.equal(isSplitWrong(at(3, 0), 0.5, 0, BUDGET), false);
  });
  void it('three of three requests at a weight of 1 % are judged by the exact likelihood', () => {
    // 1/4 under the prior over all splits, 10^-6 under the weight.
    assert.ok(isNear(Math.exp(splitScore(at(3, 0), 0.01, 0)), 250_000));
  });
  void it('traffic that did not move is found', () => {
    assert.equal(isSplitWrong(at(0, 300), 0.1, 0.25, BUDGET), true);
  });
  void it('traffic that moved elsewhere is found', () => {
    assert.equal(isSplitWrong(at(900, 100), 0.1, 0.25, BUDGET), true);
  });
  void it('what is within the tolerance never becomes wrong by more requests', () => {
    assert.equal(isSplitWrong(at(110_000, 890_000), 0.1, 0.25, BUDGET), false);
  });
  void it('counting anew has less of the budget', () => {
    const counts = at(0, 130);
    assert.equal(isSplitWrong(counts, 0.1, 0, 0.01), true);
    assert.equal(isSplitWrong({ ...counts, begun: 500 }, 0.1, 0, 0.01), false);
  });
  void it('a right split is ever called wrong with at most its budget', () => {
    const [runs, budget] = [1000, 0.05];
    const random = randomFrom(31);
    let wrong = 0;
    for (let run = 0; run < runs; run += 1) {
      let counts: SplitCounts = NO_SPLIT;
      for (let i = 0; i < 200; i += 1) {
        const isCanary = random() < 0.2;
        counts = {
          ...counts,
          canary: counts.canary + (isCanary ? 1 : 0),
          primary: counts.primary + (isCanary ? 0 : 1),
        };
        if (!isSplitWrong(counts, 0.2, 0, 2 * budget)) continue;
        wrong += 1;
        break;
      }
    }
    assert.ok(wrong / runs <= budget + 3 * Math.sqrt((budget * (1 - budget)) / runs), `${wrong / runs}`);
  });
});

void describe('the tripwire', () => {
  const wire = { share: 0.5, requests: 20 };
  const cases = [
    ['a canary that fails at once', [20, 20, 1, 500], 'canary'],
    ['too few requests', [19, 19, 1, 500], 'none'],
    ['half is enough', [10, 20, 0, 0], 'canary'],
    ['less isn’t', [9, 20, 0, 500], 'none'],
    ['both fail: not the canary’s doing', [20, 20, 400, 500], 'both'],
    ['both fail, and the canary has few requests', [3, 4, 400, 500], 'both'],
    ['the primary fails and the canary does not', [0, 50, 400, 500], 'none'],
  ] as const;
  for (const [name, counts, wanted] of cases) {
    void it(name, () => {
      assert.equal(alarmOf(windowOf(counts), wire), wanted);
    });
  }
});
