import type { JudgementMemory } from './judged.js';

/** How far the analysis of the revision under way has come. Times are milliseconds since 1970. */
export interface AnalysisState {
  /** Percent of traffic on the canary, as last ordered. */
  readonly weight: number;
  /** The weight stands since then. */
  readonly weightSince: number;
  /** The analysis isn't due before this. */
  readonly checkDueAt: number;
  readonly failedChecks: number;
  /** Failed checks in a row; undefined where nobody counts them, or there was none. */
  readonly failedInARow?: number | undefined;
  /** Analyses in a row that came to no judgement because a metrics provider failed. */
  readonly unknownChecks: number;
  /** When the last such check was, milliseconds since 1970; undefined where there was none. */
  readonly unknownAt?: number | undefined;
  /** What the judge remembers of the revision under way; nothing before its first look. */
  readonly judgement?: JudgementMemory | undefined;
  /** Since when, in milliseconds since 1970, no window of its counts has counted; undefined where the last one has. */
  readonly notCountedSince?: number | undefined;
  /** Completed iterations of an A/B or Blue/Green analysis. */
  readonly iterations: number;
  /** Pre-rollout hooks have passed for the present revision. */
  readonly prepared: boolean;
  /** The analysis of the present revision has begun. */
  readonly begun: boolean;
}
