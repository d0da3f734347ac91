import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomFrom } from '../../src/judgement/random.js';
import { simulateRelease } from '../../src/simulation/release.js';
import { HEALTHY, judgedBy, limitedTo, outcome, policyFrom, writtenCanary } from './fixtures.js';

const SIXTY = { stepWeights: undefined, stepWeight: 1, maxWeight: 60 };

void describe('simulated releases', () => {
  void it('a healthy one is promoted by the evidence, and often rolled back by a limit', () => {
    const judged = outcome(40, 1, judgedBy('preset: balanced'), HEALTHY);
    assert.ok(judged.promoted >= 0.98, JSON.stringify(judged));
    const limited = outcome(40, 1, limitedTo(99, {}, SIXTY), HEALTHY);
    assert.ok(limited.rolledBack > 0.2, JSON.stringify(limited));
  });

  void it('one that fails five times as often is rolled back by the evidence, and by a limit of 5 % hardly ever', () => {
    const worse = { ...HEALTHY, canaryErrors: 0.025 };
    const judged = outcome(60, 2, judgedBy('preset: balanced'), worse);
    assert.equal(judged.rolledBack, 1);
    assert.ok((judged.secondsToRollBack ?? NaN) <= 120, JSON.stringify(judged));
    const limited = outcome(60, 2, limitedTo(95), worse);
    assert.ok(limited.rolledBack < 0.05, JSON.stringify(limited));
  });

  void it('with a fresh baseline a healthy one is promoted, and a bad one caught, if somewhat later', () => {
    const [beside, usual] = ['preset: careful\nbaseline: fresh', 'preset: careful'].map((text) =>
      judgedBy(text, { stepWeights: [10] }),
    );
    assert.ok(beside && usual);
    const healthy = outcome(20, 2, beside, HEALTHY);
    assert.deepEqual([healthy.rolledBack, healthy.promoted], [0, 1]);
    const worse = { ...HEALTHY, canaryErrors: 0.025 };
    const [late, soon] = [beside, usual].map((policy) => outcome(60, 2, policy, worse));
    assert.deepEqual([late?.rolledBack, soon?.rolledBack], [1, 1]);
    assert.ok((late?.secondsToRollBack ?? NaN) > (soon?.secondsToRollBack ?? NaN), JSON.stringify([late, soon]));
  });

  void it('5 % errors at weight 10: caught in three windows; by queries that mix both versions never', () => {
    const worse = { ...HEALTHY, canaryErrors: 0.05 };
    const at10 = { stepWeights: [10] };
    const judged = outcome(60, 3, judgedBy('preset: careful', at10), worse);
    assert.equal(judged.rolledBack, 1);
    assert.ok((judged.secondsToRollBack ?? NaN) <= 90, JSON.stringify(judged));
    const mixed = outcome(60, 3, limitedTo(98, { diluted: true }, at10), worse);
    assert.equal(mixed.rolledBack, 0);
  });

  void it('at one request a second nobody is rolled back for nothing: who can’t be proven is put before people', () => {
    const quiet = outcome(15, 4, judgedBy('preset: balanced'), { ...HEALTHY, requestsPerSecond: 1 });
    assert.equal(quiet.rolledBack, 0);
    assert.ok(quiet.undecided > 0.5, JSON.stringify(quiet));
  });

  void it('an outage of both versions rolls back by a limit, and holds by the evidence', () => {
    const down = { ...HEALTHY, outage: { from: 20, seconds: 180, errors: 0.5 } };
    assert.equal(outcome(20, 5, limitedTo(99), down).rolledBack, 1);
    const judged = outcome(20, 5, judgedBy('preset: balanced'), down);
    assert.equal(judged.promoted, 1);
    assert.ok((judged.secondsToPromote ?? NaN) >= 180);
  });

  void it('what happens when evidence has not decided in time is the policy’s', () => {
    const quiet = { ...HEALTHY, requestsPerSecond: 0.5 };
    const ends = ['hold', 'ask', 'advance', 'rollback'].map((then) => {
      const policy = judgedBy(`preset: balanced\nwait: { for: 3m, then: ${then} }`);
      return simulateRelease(randomFrom(6), policy, quiet).end;
    });
    assert.deepEqual(ends, ['undecided', 'undecided', 'promoted', 'rolled-back']);
  });

  void it('without requests a limit finds no values, and rolls back; evidence waits', () => {
    const silent = { ...HEALTHY, requestsPerSecond: 1e-9 };
    assert.equal(outcome(1, 7, limitedTo(99), silent).rolledBack, 1);
    assert.equal(outcome(1, 7, judgedBy('preset: balanced'), silent).rolledBack, 0);
  });

  void it('the same seed gives the same releases', () => {
    const policy = policyFrom(writtenCanary('preset: balanced', 99));
    const one = () => simulateRelease(randomFrom(8), policy, HEALTHY);
    assert.deepEqual(one(), one());
  });

  void it('more failures at once, and pods that differ, make limits and evidence err more often', () => {
    const burst = { ...HEALTHY, burst: 8 };
    const [plain, damped, measured] = ['{ dispersion: 1 }', '{ dispersion: 8 }', '{}'].map((errors) =>
      outcome(30, 9, judgedBy(`preset: balanced\nerrors: ${errors}`), burst),
    );
    assert.ok((plain?.rolledBack ?? 0) > 0.05, JSON.stringify(plain));
    assert.ok((damped?.rolledBack ?? 1) <= 0.05, JSON.stringify(damped));
    // The primary's past has shown how they come.
    assert.ok((measured?.rolledBack ?? 1) <= 0.05, JSON.stringify(measured));
    const lottery = outcome(40, 9, judgedBy('preset: balanced'), { ...HEALTHY, lottery: 1 });
    assert.ok(lottery.rolledBack > 0.1, JSON.stringify(lottery));
  });
});
