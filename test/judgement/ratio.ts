import type { WindowCounts } from '../../src/judgement/counts.js';
import { NO_EVIDENCE, withWindow, type RatioEvidence } from '../../src/judgement/evidence.js';
import type { Budgets, RatioLimits } from '../../src/judgement/limits.js';

export const LIMITS: RatioLimits = { tolerated: 1.25, unacceptable: 2, floor: 0.001, dispersion: 1 };
export const BUDGETS: Budgets = { falseRollback: 0.01, wrongPromotion: 0.05 };

/** Bad and all requests of the canary, then of the primary. */
export type Tuple = readonly [xc: number, nc: number, xp: number, np: number];

export function windowOf([xc, nc, xp, np]: Tuple): WindowCounts {
  return { canary: { requests: nc, bad: xc }, primary: { requests: np, bad: xp } };
}

export function evidenceAfter(windows: readonly Tuple[], limits: RatioLimits = LIMITS): RatioEvidence {
  return windows.reduce((evidence, window) => withWindow(evidence, windowOf(window), limits), NO_EVIDENCE);
}

/** As precise as the vectors are written down. */
export function isNear(actual: number, wanted: number, digits = 5): boolean {
  return Math.abs(actual - wanted) <= Math.abs(wanted) * 10 ** -digits;
}
