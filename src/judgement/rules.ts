import type { Budgets, RatioLimits } from './limits.js';
import type { MeanRule } from './mean.js';
import type { Tripwire } from './tripwire.js';

/** The rules by which a release is judged. */
export interface Rules {
  readonly budgets: Budgets;
  /** Each metric's limits, and its part of the budget for false rollbacks; together 1. */
  readonly metrics: readonly MetricRule[];
  readonly tripwire: Tripwire;
  readonly split: {
    /** How much of the smaller share of requests may be missing or surplus, 0 to 1. */
    readonly tolerance: number;
    /** The probability of ever calling a right split wrong. */
    readonly budget: number;
  };
}

export interface MetricRule {
  readonly name: string;
  readonly share: number;
  readonly limits: RatioLimits;
  /** φ is measured from the primary's past where possible; `limits` has the value for other cases. */
  readonly measured?: true;
  /** It is latency, judged at each edge of a histogram. */
  readonly byEdges?: true;
  /** It is a mean: "bad" is the sum of the values divided by the largest possible one. */
  readonly mean?: MeanRule;
}
