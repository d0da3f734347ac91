/** Times are milliseconds since 1970. */
export interface Outage {
  /** No pod of the primary has served since then, but for moments. */
  readonly since: number;
  /** Pods serve since this look, which may be such a moment. */
  readonly servesSince?: number;
}

/** What is out of the ordinary with the primary. */
export interface PrimaryState {
  /** The primary can't serve after a failed promotion: all traffic stays on the canary until a new one is promoted. */
  readonly stranded: boolean;
  /** The primary isn't ready, and won't be by itself: the release doesn't wait for what it may mend. */
  readonly mending?: boolean | undefined;
  /** The primary serves nobody, or has not for long enough again; earlier versions have kept no account of it. */
  readonly outage?: Outage | undefined;
  /** The version that was promoted before is on its way back into the primary, which couldn't roll the next one out. */
  readonly returning?: boolean | undefined;
  /** The primary has been given the pods that all of the traffic takes: once, an autoscaler goes on from there. */
  readonly grown?: boolean;
}
