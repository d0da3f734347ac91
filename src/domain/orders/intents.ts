export interface Pause {
  readonly by: string;
  readonly reason: string;
  readonly since: number;
}

/** A promotion that is being undone. */
export interface Undoing {
  /**
   * The next stage: traffic moves to the warm pods of the former version where there are some, the former version is
   * restored in the primary, or traffic returns to it.
   */
  readonly stage: 'divert' | 'restore' | 'home';
  readonly by: string;
  readonly reason: string;
  /** Hash of the revision that is restored; empty where it is unknown. */
  readonly to: string;
  /** The canary's Service leads to the warm pods, which serve all users. */
  readonly diverted?: true;
}

/** What people have ordered of the release and is not done yet. */
export interface Intents {
  readonly paused: Pause | undefined;
  /** Promote this revision without further analysis. */
  readonly promoteNow: boolean;
  /** Restore the version from before the last promotion. */
  readonly undoing?: Undoing | undefined;
  /** Release the failed revision again. */
  readonly again?: boolean;
  /** Take the next step without the analysis of this one. */
  readonly skipStep?: boolean;
}
