import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectedRules } from '../../src/check/forecast.js';
import { parseCanary } from '../../src/crds/canary.js';
import { expectedEnd, secondsUntil } from '../../src/judgement/before/expectation.js';
import { plannedCourses } from '../../src/judgement/before/planning.js';
import { judgedBy, OPTIONS, outcome, writtenCanary } from '../simulation/fixtures.js';
import { BUDGETS, LIMITS } from './ratio.js';

const RULES = { limits: LIMITS, budgets: BUDGETS };
const CALM = { requestsPerSecond: 100, primaryErrors: 0.005 };

void describe('what is to be expected before a release', () => {
  void it('how soon a regression is caught comes near to what simulated releases take', () => {
    const bad = { ...CALM, canaryErrors: 0.025 };
    const { secondsToRollBack = NaN } = outcome(60, 1, judgedBy('preset: careful', { stepWeights: [5] }), bad);
    const expected = secondsUntil('FAIL', CALM, { weight: 5, ratio: 5 }, RULES) ?? NaN;
    assert.ok(Math.abs(expected - secondsToRollBack) <= 45, `${expected}, simulated ${secondsToRollBack}`);
  });

  void it('how soon a healthy canary is proven, too', () => {
    const healthy = { ...CALM, canaryErrors: 0.005 };
    const policy = judgedBy('preset: balanced\nsteps: prove', { stepWeights: [20] });
    const { secondsToPromote = NaN } = outcome(40, 2, policy, healthy);
    const expected = secondsUntil('PASS', CALM, { weight: 20, ratio: 1 }, RULES) ?? NaN;
    assert.ok(
      expected / secondsToPromote > 0.6 && expected / secondsToPromote < 1.6,
      `${expected}, ${secondsToPromote}`,
    );
  });

  void it('442 clean requests prove a canary under 1 %: 74 minutes at 2 a second and 5 %, 15 at 25 %', () => {
    const quiet = { requestsPerSecond: 2, primaryErrors: 0 };
    const rules = { ...RULES, limits: { ...LIMITS, floor: 0.01 } };
    const minutes = [5, 25].map((weight) => (secondsUntil('PASS', quiet, { weight, ratio: 1 }, rules) ?? NaN) / 60);
    assert.ok(Math.abs((minutes[0] ?? NaN) - 74) < 1.5, `${minutes[0]}`);
    assert.ok(Math.abs((minutes[1] ?? NaN) - 15) < 0.5, `${minutes[1]}`);
  });

  void it('beside a fresh baseline too, which takes longer than a primary with all the rest', () => {
    const beside = { ...RULES, against: 'baseline' } as const;
    const simulated = (text: string, canaryErrors: number, releases: number) =>
      outcome(releases, 1, judgedBy(`${text}\nbaseline: fresh`, { stepWeights: [5] }), { ...CALM, canaryErrors });
    const { secondsToRollBack = NaN } = simulated('preset: careful', 0.025, 60);
    const caught = secondsUntil('FAIL', CALM, { weight: 5, ratio: 5 }, beside) ?? NaN;
    assert.ok(Math.abs(caught - secondsToRollBack) <= 60, `${caught}, simulated ${secondsToRollBack}`);
    for (const [verdict, ratio] of [
      ['FAIL', 5],
      ['PASS', 1],
    ] as const) {
      const at = { weight: 10, ratio };
      const [longer, usual] = [beside, RULES].map((rules) => secondsUntil(verdict, CALM, at, rules) ?? NaN);
      assert.ok((longer ?? NaN) > (usual ?? NaN), `${verdict}: ${longer}, ${usual}`);
    }
    // Where each has half there is no primary left that would get more.
    const half = { weight: 50, ratio: 5 };
    assert.equal(secondsUntil('FAIL', CALM, half, beside), secondsUntil('FAIL', CALM, half, RULES));
  });

  void it('what is tolerated is never caught, and nothing is by no traffic', () => {
    assert.equal(secondsUntil('FAIL', CALM, { weight: 50, ratio: 1.25 }, RULES), undefined);
    const silent = { requestsPerSecond: 0, primaryErrors: 0.01 };
    assert.equal(secondsUntil('FAIL', silent, { weight: 50, ratio: 5 }, RULES), undefined);
    const course = { ...RULES, weights: [50], intervalSeconds: 60, steps: 'guard', promotion: 'prove' } as const;
    assert.equal(expectedEnd(silent, 1, course).end, 'undecided');
  });

  void it('a whole release: a healthy canary is promoted, a bad one rolled back before it', () => {
    const course = { ...RULES, weights: [5, 10, 20], intervalSeconds: 30, steps: 'guard', promotion: 'prove' } as const;
    const [healthy, bad] = [1, 5].map((ratio) => expectedEnd(CALM, ratio, course));
    assert.equal(healthy?.end, 'promoted');
    assert.equal(bad?.end, 'rolled-back');
    assert.ok((bad?.seconds ?? NaN) < (healthy?.seconds ?? NaN));
  });
});

void describe('the plan', () => {
  const rules = { ...RULES, steps: 'guard', promotion: 'prove' } as const;
  const wish = { withinSeconds: 1800, maxWeight: 50, minIntervalSeconds: 10 };

  void it('in time where that is possible, with the fewest hurt', () => {
    const [best, ...others] = plannedCourses(CALM, rules, wish);
    assert.ok(best && best.healthy.end === 'promoted' && best.healthy.seconds <= 1800, JSON.stringify(best));
    assert.equal(best.fiveTimes.end, 'rolled-back');
    for (const other of others) {
      if (other.healthy.seconds > 1800 || other.fiveTimes.end !== 'rolled-back') continue;
      assert.ok(Math.round(best.fiveTimes.hurt) <= Math.round(other.fiveTimes.hurt));
    }
  });

  void it('bounds are kept, and where nothing is in time the fastest comes first', () => {
    const quiet = { requestsPerSecond: 0.2, primaryErrors: 0.001 };
    const courses = plannedCourses(quiet, rules, { ...wish, maxWeight: 30, minIntervalSeconds: 60 });
    assert.ok(courses.every(({ weights, intervalSeconds }) => Math.max(...weights) <= 30 && intervalSeconds >= 60));
    const times = courses.map(({ healthy }) => healthy.seconds);
    assert.ok((times[0] ?? 0) > 1800);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });
});

void describe('what a Canary says of its baseline', () => {
  void it('is reckoned with in forecast and plan', () => {
    const [beside, usual] = ['baseline: fresh', 'preset: balanced'].map((text) => {
      const parsed = parseCanary(writtenCanary(text), OPTIONS);
      assert.ok(parsed.ok);
      const { judgement } = parsed.value;
      const [errors] = judgement?.rules.metrics ?? [];
      assert.ok(judgement && errors);
      return expectedRules(judgement, errors).against;
    });
    assert.deepEqual([beside, usual], ['baseline', undefined]);
  });
});
