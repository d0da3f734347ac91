export interface Pause {
  readonly by: string;
  readonly reason: string;
  readonly since: number;
}

/** A promotion that is being undone. */
export interface Undoing {
  /**
   * What comes next: traffic to the warm pods of the former version where there are some, the former version back into
   * the primary, or traffic home to it.
   */
  readonly stage: 'divert' | 'restore' | 'home';
  readonly by: string;
  readonly reason: string;
  /** Hash of the revision that comes back; empty where it isn't known. */
  readonly to: string;
  /** The canary's Service leads to the warm pods, which serve everybody. */
  readonly diverted?: true;
}

/** What people want of the release that has not been done yet. */
export interface Intents {
  readonly paused: Pause | undefined;
  /** A person wants this revision promoted without further analysis. */
  readonly promoteNow: boolean;
  /** A person wants the version from before the last promotion back. */
  readonly undoing?: Undoing | undefined;
  /** A person wants the revision that has failed released again. */
  readonly again?: boolean;
  /** A person wants the next step without the analysis of this one. */
  readonly skipStep?: boolean;
}
