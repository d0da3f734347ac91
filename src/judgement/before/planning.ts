import { expectedEnd, type ExpectedCourse, type ExpectedEnd, type ExpectedTraffic } from './expectation.js';

/** A course to promotion, and the expectations about it. */
export interface PlannedCourse {
  readonly weights: readonly number[];
  readonly intervalSeconds: number;
  /** For a canary as good as the primary, one that fails twice as often, and one that fails five times as often. */
  readonly healthy: ExpectedEnd;
  readonly twice: ExpectedEnd;
  readonly fiveTimes: ExpectedEnd;
}

/** Ladders that people use, by the weight at which they end. */
const LADDERS: readonly (readonly number[])[] = [
  [1, 5, 10, 25, 50],
  [5, 10, 20, 30, 50],
  [5, 15, 30, 50],
  [10, 25, 50],
  [10, 50],
  [25, 50],
  [50],
  [5, 10, 20, 30],
  [5, 15, 30],
  [10, 30],
  [30],
  [1, 5, 10],
  [5, 10],
  [10],
  [5],
];
const INTERVALS = [10, 15, 30, 60, 120, 300];

export interface Wish {
  /** A healthy canary is to be promoted within so many seconds. */
  readonly withinSeconds: number;
  /** The canary never gets more, in percent. */
  readonly maxWeight: number;
  readonly minIntervalSeconds: number;
}

/**
 * Courses under the same budgets, the best first: those that promote a healthy canary in time, by how few failed
 * requests a canary that fails five times as often causes, then by speed; the rest by speed.
 */
export function plannedCourses(
  traffic: ExpectedTraffic,
  rules: Pick<ExpectedCourse, 'steps' | 'promotion' | 'limits' | 'budgets' | 'against'>,
  { withinSeconds, maxWeight, minIntervalSeconds }: Wish,
): readonly PlannedCourse[] {
  const ladders = LADDERS.filter((weights) => weights.every((weight) => weight <= maxWeight));
  const intervals = INTERVALS.filter((seconds) => seconds >= minIntervalSeconds);
  const all = ladders.flatMap((weights) =>
    intervals.map((intervalSeconds): PlannedCourse => {
      const expect = (ratio: number) => expectedEnd(traffic, ratio, { ...rules, weights, intervalSeconds });
      return { weights, intervalSeconds, healthy: expect(1), twice: expect(2), fiveTimes: expect(5) };
    }),
  );
  const isInTime = ({ healthy }: PlannedCourse) => healthy.end === 'promoted' && healthy.seconds <= withinSeconds;
  // A course that lets a bad canary through hurts all users afterwards.
  const harm = ({ fiveTimes: { end, hurt } }: PlannedCourse) => (end === 'rolled-back' ? Math.round(hurt) : Infinity);
  return all.toSorted(
    (a, b) =>
      Number(isInTime(b)) - Number(isInTime(a)) ||
      (isInTime(a) ? compareNumbers(harm(a), harm(b)) : 0) ||
      a.healthy.seconds - b.healthy.seconds,
  );
}

/** Two Infinities are equal. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
