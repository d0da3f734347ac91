/** Since when a workload isn't ready, by the release's own clock; it begins anew with every pod that gets further. */
export interface Unready {
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The furthest that its rollout has got, see `NotReady.progress`. */
  readonly progress: number;
  /** The reason that was said last, and when. */
  readonly said?: string;
  readonly saidAt?: number;
}

export type Side = 'primary' | 'canary';

/** Of each workload that isn't ready. */
export type UnreadySides = Readonly<Partial<Record<Side, Unready>>>;

/** What keeps a release from going on. Times are milliseconds since 1970. */
export interface Hindrances {
  /** Drift that was corrected last. */
  readonly lastDrift: readonly string[];
  /** Something that a person must mend has kept the release from going on since then. */
  readonly stuckSince?: number | undefined;
  /** Workloads that aren't ready, and since when. */
  readonly unready?: UnreadySides | undefined;
}

/** Something a person must mend, and how often in a row it was met. */
export interface Problem {
  readonly text: string;
  readonly count: number;
}

/** What a run has said that somebody must mend. */
export interface Complaints {
  /** The Canary's condition says that its spec can't be carried out, which may not be so any more. */
  readonly markedInvalid: boolean;
  /** What the condition says besides can't be put right of what is generated. */
  readonly refusals?: string | undefined;
  /** Last text said about something a person must mend, and how often in a row. */
  readonly problem: Problem | undefined;
}
