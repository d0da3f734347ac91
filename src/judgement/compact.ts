import type { RatioEvidence } from './evidence.js';
import type { LateEvidence } from './late.js';

/** Histories keep what is shown at each window: nine digits say all that a verdict needs, and take half the room. */
export function compact(value: number): number {
  return Number(value.toPrecision(9));
}

export function compactEvidence({ worse, above, near, below }: RatioEvidence): RatioEvidence {
  const all = (logs: readonly number[]) => logs.map(compact);
  return { worse: all(worse), above: all(above), near: all(near), below: all(below) };
}

export function compactLate({ windows, worse, above }: LateEvidence): LateEvidence {
  return { windows, worse: worse.map(compact), above: above.map(compact) };
}
