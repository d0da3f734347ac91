import type { JudgementMemory } from './judged.js';

/** Progress of the analysis of the revision under way. Times are milliseconds since 1970. */
export interface AnalysisState {
  /** Percent of traffic on the canary, as last set. */
  readonly weight: number;
  /** When the weight was set. */
  readonly weightSince: number;
  /** The analysis isn't due before this. */
  readonly checkDueAt: number;
  readonly failedChecks: number;
  /** Failed checks in a row; undefined where they aren't counted, or there are none. */
  readonly failedInARow?: number | undefined;
  /** Analyses in a row without a judgement because a metrics provider failed. */
  readonly unknownChecks: number;
  /** When the last such analysis was, milliseconds since 1970; undefined where there was none. */
  readonly unknownAt?: number | undefined;
  /** The judge's memory of the revision under way; undefined before the first judgement. */
  readonly judgement?: JudgementMemory | undefined;
  /**
   * Since when, in milliseconds since 1970, none of its count windows has counted; undefined where the last one has.
   */
  readonly notCountedSince?: number | undefined;
  /** Completed iterations of an A/B or Blue/Green analysis. */
  readonly iterations: number;
  /** Pre-rollout hooks have passed for this revision. */
  readonly prepared: boolean;
  /** The analysis of this revision has begun. */
  readonly begun: boolean;
}
