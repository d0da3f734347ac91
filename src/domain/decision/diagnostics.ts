/** Since when a workload isn't ready, by the release's own clock; every further pod restarts the clock. */
export interface Unready {
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The most progress its rollout has made, see `NotReady.progress`. */
  readonly progress: number;
  /** The reason reported last, and when. */
  readonly said?: string;
  readonly saidAt?: number;
}

export type Side = 'primary' | 'canary';

/** Of each workload that isn't ready. */
export type UnreadySides = Readonly<Partial<Record<Side, Unready>>>;

/** What blocks a release. Times are milliseconds since 1970. */
export interface Hindrances {
  /** Drift that was corrected last. */
  readonly lastDrift: readonly string[];
  /** Since when the release has been blocked by something that a user must fix. */
  readonly stuckSince?: number | undefined;
  /** Workloads that aren't ready, and since when. */
  readonly unready?: UnreadySides | undefined;
}

/** Something that a user must fix, and how often in a row it was found. */
export interface Problem {
  readonly text: string;
  readonly count: number;
}

/** What a run has reported for users to fix. */
export interface Complaints {
  /** The Canary's condition says that its spec is invalid, which may be outdated. */
  readonly markedInvalid: boolean;
  /** The generated objects that can't be corrected, as the condition names them. */
  readonly refusals?: string | undefined;
  /** The last problem reported that a user must fix, and how often in a row. */
  readonly problem: Problem | undefined;
}
