/** The tolerance for one metric, and how sure the judge must be. */
export interface RatioLimits {
  /** θ₀: a canary that is bad up to this many times as often as the primary is tolerated; at least 1. */
  readonly tolerated: number;
  /** θ₁: from this many times on it is unacceptable; above `tolerated`. */
  readonly unacceptable: number;
  /** f: a share of bad requests that is acceptable whatever the primary's share is; above 0, below 1. */
  readonly floor: number;
  /** φ: variance of the counts divided by their mean, at least 1. */
  readonly dispersion: number;
}

/** How often a release may be misjudged, however often it is observed. */
export interface Budgets {
  /** α: the share of tolerable canaries that may ever be called FAIL. */
  readonly falseRollback: number;
  /** β: the share of unacceptable canaries that may ever be called PASS. */
  readonly wrongPromotion: number;
}

export type Verdict = 'FAIL' | 'PASS' | 'WAIT';
