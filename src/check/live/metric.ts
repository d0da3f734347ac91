/** The side that a live check reads: before the first release there is only the target. */
export type Server = 'primary' | 'target';

export const VERDICTS = ['passes', 'halts', 'no-values', 'broken', 'unreachable', 'not-asked'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** A metric's present value. */
export interface LiveMetric {
  readonly metric: string;
  /** `spec.analysis.metrics[0]`. */
  readonly field: string;
  readonly kind: 'builtin' | 'query' | 'template';
  /** The side that was queried; the target where there is no primary yet. */
  readonly of: Server;
  readonly verdict: Verdict;
  /** Percent for request-success-rate, milliseconds for request-duration. */
  readonly value?: number;
  readonly min?: number;
  readonly max?: number;
  /** Why there is no value. */
  readonly reason?: string;
  /** As sent. */
  readonly query?: string;
}
