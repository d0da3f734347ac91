import type { Canary } from '../crds/types.js';
import { expectedEnd, secondsUntil, type ExpectedCourse, type ExpectedEnd } from '../judgement/before/expectation.js';
import { bestCase } from './duration.js';
import { policyOfCanary } from '../crds/policy.js';

/** A Canary's present traffic, as declared or measured. */
export interface PresentTraffic {
  readonly requestsPerSecond: number;
  /** The share of requests that fail, 0 to 1. */
  readonly errors: number;
  readonly from: 'given' | 'measured';
}

/** Expected duration at one weight; seconds, undefined where a week isn't enough. */
export interface WeightForecast {
  readonly weight: number;
  readonly secondsToCatchTwice: number | undefined;
  readonly secondsToCatchFiveTimes: number | undefined;
  readonly secondsToProve: number | undefined;
}

/** The expected evidence about failed requests of a release. Estimates: half of all releases take longer. */
export interface Forecast {
  readonly traffic: PresentTraffic;
  readonly weights: readonly WeightForecast[];
  /** The whole release, of a canary as good as the primary, and of one that fails five times as often. */
  readonly healthy: ExpectedEnd;
  readonly fiveTimes: ExpectedEnd;
}

/** @returns undefined where the Canary isn't judged by evidence */
export function forecastOf(canary: Canary, traffic: PresentTraffic): Forecast | undefined {
  const { judgement } = canary;
  const [errors] = judgement?.rules.metrics ?? [];
  const { weights } = bestCase(policyOfCanary(canary));
  if (!judgement || !errors || weights.length === 0) return undefined;
  const rules = expectedRules(judgement, errors);
  const expected = { requestsPerSecond: traffic.requestsPerSecond, primaryErrors: traffic.errors };
  const course: ExpectedCourse = {
    ...rules,
    weights: weights.filter((weight) => weight < 100),
    intervalSeconds: canary.analysis.intervalSeconds,
  };
  return {
    traffic,
    weights: course.weights.map((weight) => ({
      weight,
      secondsToCatchTwice: secondsUntil('FAIL', expected, { weight, ratio: 2 }, rules),
      secondsToCatchFiveTimes: secondsUntil('FAIL', expected, { weight, ratio: 5 }, rules),
      secondsToProve: secondsUntil('PASS', expected, { weight, ratio: 1 }, rules),
    })),
    healthy: expectedEnd(expected, 1, course),
    fiveTimes: expectedEnd(expected, 5, course),
  };
}

type Judgement = NonNullable<Canary['judgement']>;

/** The expected rules for one metric of a judgement. */
export function expectedRules(
  { steps, promotion, baseline, rules: { budgets } }: Judgement,
  { limits, share }: Judgement['rules']['metrics'][number],
): Omit<ExpectedCourse, 'weights' | 'intervalSeconds'> {
  // All metrics share the budget of false rollbacks.
  const against = baseline ? { against: 'baseline' as const } : {};
  return {
    steps,
    promotion,
    limits,
    budgets: { ...budgets, falseRollback: budgets.falseRollback * share },
    ...against,
  };
}
